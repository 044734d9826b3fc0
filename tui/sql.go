package tui

import (
	"embed"
	"strings"
	"text/template"

	"stedi/pipeline/sqlquote"
)

//go:embed sql/*.sql
var sqlFiles embed.FS

var sqlTemplates = template.Must(template.New("").Funcs(sqlquote.ANSI.Functions()).ParseFS(sqlFiles, "sql/*.sql"))

// sqlText formats a condition or query from its template.
func sqlText(file string, values any) string {
	var b strings.Builder
	_ = sqlTemplates.ExecuteTemplate(&b, file, values) // a test executes each of them
	return strings.TrimSpace(b.String())
}
