package duckdb

import (
	"embed"
	"fmt"
	"text/template"

	"stedi/pipeline/ndjson"
	"stedi/pipeline/sqlquote"
)

//go:embed sql/*.sql
var sqlFolder embed.FS

var sqlFiles = sqlquote.Parse(sqlFolder, template.FuncMap{
	"name":       func(s any) string { return sqlquote.ANSI.Name(fmt.Sprint(s)) },
	"fromText":   fromText,
	"toText":     toText,
	"nestedText": nestedText,
})

// statement fills in one of the files in sql/.
func statement(file string, data any) string { return sqlFiles.Must(file, data) }

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
