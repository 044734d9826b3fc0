{{- if .Count -}}
SELECT count(*) AS n
{{- else -}}
SELECT {{range $i, $c := .Columns}}{{if $i}}, {{end}}{{name $c.Name}}{{end}}
{{- end}}
FROM {{name .Table}}
{{- with .Where}}
WHERE ({{.}}
)
{{- end}}
{{- if not .Count}}
LIMIT {{.Rows}}
{{- end}}
