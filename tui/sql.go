package tui

import (
	"embed"
	"strings"

	"stedi/pipeline/sqlquote"
)

//go:embed sql/*.sql
var sqlFolder embed.FS

var sqlFiles = sqlquote.Parse(sqlFolder)

// sqlText formats a condition or query from its template.
func sqlText(file string, values any) string { return strings.TrimSpace(sqlFiles.Must(file, values)) }
