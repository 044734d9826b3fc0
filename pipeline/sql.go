package pipeline

import (
	"embed"
	"fmt"
	"strings"
	"text/template"
)

//go:embed sql/*.sql
var sqlFiles embed.FS

// Every name and text that comes out of a definition goes through one of
// these, so that nothing of it can end the place where it stands.
var sqlTemplates = template.Must(template.New("").Funcs(template.FuncMap{
	"ticked": func(name string) string { return quote(name, "`") },
	"quoted": func(name string) string { return quote(name, `"`) },
	"text":   func(text string) string { return quote(text, "'") },
}).ParseFS(sqlFiles, "sql/*.sql"))

func quote(text, mark string) string {
	return mark + strings.ReplaceAll(text, mark, mark+mark) + mark
}

// SQLText fills in one of the files in sql/.
func SQLText(file string, data any) (string, error) {
	var b strings.Builder
	if err := sqlTemplates.ExecuteTemplate(&b, file, data); err != nil {
		return "", fmt.Errorf("sql/%s: %w", file, err)
	}
	return b.String(), nil
}
