COPY (
SELECT *{{if .Texts}} REPLACE ({{range $i, $text := .Texts}}{{if $i}}, {{end}}CAST({{name $text}} AS VARCHAR) AS {{name $text}}{{end}}){{end}}
FROM read_ndjson([{{range $i, $file := .Files}}{{if $i}}, {{end}}{{text $file}}{{end}}])
) TO {{text .File}} (FORMAT parquet)
