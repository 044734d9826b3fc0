package pipeline

import (
	"embed"
	"fmt"
	"strings"
	"text/template"
)

//go:embed sql/*.sql
var sqlFiles embed.FS

// sqlTemplates are the templates in sql/. Every name and text of a definition
// goes through one of their functions, which quote it, so that it cannot end the
// literal or identifier that contains it.
var sqlTemplates = template.Must(template.New("").Funcs(template.FuncMap{
	"ticked": func(name string) string { return quote(name, "`") },
	"quoted": func(name string) string { return quote(name, `"`) },
	"text":   func(text string) string { return quote(text, "'") },
}).ParseFS(sqlFiles, "sql/*.sql"))

func quote(text, mark string) string {
	return mark + strings.ReplaceAll(text, mark, mark+mark) + mark
}

// SQLText executes one of the templates in sql/.
func SQLText(file string, data any) (string, error) {
	var b strings.Builder
	if err := sqlTemplates.ExecuteTemplate(&b, file, data); err != nil {
		return "", fmt.Errorf("sql/%s: %w", file, err)
	}
	return b.String(), nil
}
