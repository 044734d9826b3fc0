package diagnose

import (
	"embed"
	"strings"
	"text/template"

	"stedi/pipeline"
	"stedi/pipeline/sqlquote"
)

//go:embed sql/*.sql
var sqlFolder embed.FS

var sqlFiles = sqlquote.Parse(sqlFolder, template.FuncMap{
	"names": func(names []string) string { return listOf(names, "") },
	"of":    func(alias string, names []string) string { return listOf(names, alias) },
})

func listOf(names []string, alias string) string {
	var parts []string
	for _, n := range names {
		if n = sqlquote.ANSI.Name(n); alias != "" {
			n = alias + "." + n
		}
		parts = append(parts, n)
	}
	return strings.Join(parts, ", ")
}

// fill are the fields that the files in sql/ take.
type fill struct {
	Table, Of, SQL, Other, Column, Prefix, Type string
	Columns, Keys                               []string
	Typed                                       []typed
	Tables                                      []string
	IDs                                         []int64
	N                                           int64
	Spans                                       []span
}

type typed struct {
	Name, Type, As string
	Absent         bool
}

// statement fills in one of the files in sql/.
func statement(file string, data any) string { return sqlFiles.Must(file, data) }

// typedColumns are the columns of a table with DuckDB's types.
func typedColumns(t *pipeline.Table) []typed {
	var columns []typed
	for _, c := range t.Columns {
		columns = append(columns, typed{Name: c.Name, Type: pipeline.ResultType(c.Type)})
	}
	return columns
}

func columnNames(t *pipeline.Table) []string {
	var names []string
	for _, c := range t.Columns {
		names = append(names, c.Name)
	}
	return names
}
