package pipeline

import (
	"embed"
	"fmt"
	"strings"
	"text/template"

	"stedi/pipeline/sqlquote"
)

//go:embed sql/*.sql
var sqlFiles embed.FS

var sqlTemplates = template.Must(template.New("").Funcs(template.FuncMap{
	"ticked": sqlquote.Hive.Name, "tickedText": sqlquote.Hive.Text, "quoted": sqlquote.ANSI.Name,
	"text": sqlquote.ANSI.Text,
}).ParseFS(sqlFiles, "sql/*.sql"))

// SQLText fills in one of the files in sql/.
func SQLText(file string, data any) (string, error) {
	var b strings.Builder
	if err := sqlTemplates.ExecuteTemplate(&b, file, data); err != nil {
		return "", fmt.Errorf("sql/%s: %w", file, err)
	}
	return b.String(), nil
}
