package report

import (
	"embed"

	"stedi/pipeline/sqlquote"
)

//go:embed sql/*.sql
var sqlFolder embed.FS

var sqlFiles = sqlquote.Parse(sqlFolder)
