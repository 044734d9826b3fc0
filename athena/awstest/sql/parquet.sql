COPY (SELECT * FROM read_ndjson([{{range $i, $file := .Files}}{{if $i}}, {{end}}{{text $file}}{{end}}])) TO {{text .File}} (FORMAT parquet)
