SELECT DISTINCT name FROM parquet_schema([{{range $i, $file := .}}{{if $i}}, {{end}}{{text $file}}{{end}}]) WHERE type IS NOT NULL
