package duckdb

import (
	"embed"
	"fmt"
	"strings"
	"text/template"

	"stedi/pipeline/ndjson"
)

//go:embed sql/*.sql
var sqlFiles embed.FS

var statements = template.Must(template.New("").Funcs(template.FuncMap{
	"name":       func(s any) string { return quoteName(fmt.Sprint(s)) },
	"fromText":   fromText,
	"toText":     toText,
	"nestedText": nestedText,
	"text":       func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" },
}).ParseFS(sqlFiles, "sql/*.sql"))

func quoteName(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// statement executes one of the templates in sql/.
func statement(file string, data any) string {
	var b strings.Builder
	if err := statements.ExecuteTemplate(&b, file, data); err != nil {
		// The files are embedded, and tests execute every one.
		panic(fmt.Sprintf("sql/%s: %v", file, err))
	}
	return b.String()
}

// named holds the fields for most of the templates.
type named struct {
	Table   string
	As      string
	Kind    string
	SQL     string
	ID      int64
	Columns []ndjson.Column
	Watch   []string
}
