package duckdb

import (
	"embed"
	"fmt"
	"strings"
	"text/template"

	"stedi/pipeline/ndjson"
	"stedi/pipeline/sqlquote"
)

//go:embed sql/*.sql
var sqlFiles embed.FS

var statements = template.Must(template.New("").Funcs(template.FuncMap{
	"name":       func(s any) string { return sqlquote.ANSI.Name(fmt.Sprint(s)) },
	"fromText":   fromText,
	"toText":     toText,
	"nestedText": nestedText,
	"text":       sqlquote.ANSI.Text,
}).ParseFS(sqlFiles, "sql/*.sql"))

// statement fills in one of the files in sql/.
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
	Scan    string // the function that reads the table
	Where   string // a condition on the rows; empty: none
}
