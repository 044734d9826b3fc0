CREATE VIEW {{name .Name}} AS
SELECT {{range $i, $c := .Columns}}{{if $i}}, {{end}}{{if and $c.Key $.Parquet}}CAST({{name $c.Key}} AS {{$c.Type}}){{else if $c.Key}}{{name $c.Key}}{{else}}CAST(NULL AS {{$c.Type}}){{end}} AS {{name $c.Name}}{{end}}
{{- if and .Files .Parquet}}
FROM read_parquet([{{range $i, $file := .Files}}{{if $i}}, {{end}}{{text $file}}{{end}}])
{{- else if .Files}}
FROM read_json(
  [{{range $i, $file := .Files}}{{if $i}}, {{end}}{{text $file}}{{end}}],
  format = 'newline_delimited',
  columns = { {{- range .Columns}}{{if .Key}}{{text .Key}}: {{text .Type}}, {{end}}{{end -}} }
)
{{- else}}
WHERE false
{{- end}}
