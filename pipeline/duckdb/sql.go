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

// statement fills in one of the files in sql/.
func statement(file string, data any) string {
	var b strings.Builder
	if err := statements.ExecuteTemplate(&b, file, data); err != nil {
		// The files are part of the program, and every one is filled in by tests.
		panic(fmt.Sprintf("sql/%s: %v", file, err))
	}
	return b.String()
}

// named are the fields that most of the files take.
type named struct {
	Table   string
	As      string
	Kind    string
	SQL     string
	ID      int64
	Columns []ndjson.Column
	Watch   []string
}
