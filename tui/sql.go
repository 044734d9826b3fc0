package tui

import (
	"embed"
	"strings"
	"text/template"
)

//go:embed sql/*.sql
var sqlFiles embed.FS

var sqlTemplates = template.Must(template.New("").Funcs(template.FuncMap{
	"name": func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` },
	"text": func(s string) string {
		s = "'" + strings.ReplaceAll(s, "'", "''") + "'"
		return strings.ReplaceAll(s, "\x00", "' || chr(0) || '") // a query cannot contain NUL
	},
}).ParseFS(sqlFiles, "sql/*.sql"))

// sqlText formats a condition or query from its template.
func sqlText(file string, values any) string {
	var b strings.Builder
	_ = sqlTemplates.ExecuteTemplate(&b, file, values) // a test executes each of them
	return strings.TrimSpace(b.String())
}
