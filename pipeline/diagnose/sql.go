package diagnose

import (
	"embed"
	"fmt"
	"strings"
	"text/template"

	"stedi/pipeline"
)

//go:embed sql/*.sql
var sqlFiles embed.FS

// Every name and text goes through one of these, so that it cannot end the
// place where it stands.
var statements = template.Must(template.New("").Funcs(template.FuncMap{
	"name":  quoteName,
	"text":  func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" },
	"names": func(names []string) string { return listOf(names, "") },
	"of":    func(alias string, names []string) string { return listOf(names, alias) },
}).ParseFS(sqlFiles, "sql/*.sql"))

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func listOf(names []string, alias string) string {
	var parts []string
	for _, n := range names {
		if n = quoteName(n); alias != "" {
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
func statement(file string, data any) string {
	var b strings.Builder
	if err := statements.ExecuteTemplate(&b, file, data); err != nil {
		// The files are part of the program, and tests fill in every one.
		panic(fmt.Sprintf("sql/%s: %v", file, err))
	}
	return b.String()
}

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
