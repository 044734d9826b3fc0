{{- define "condition"}}
{{- if .SQL}}{{.SQL}}
{{- else if eq .Op.String "="}}{{name .Column}} = {{.Literal}}
{{- else if eq .Op.String "≠"}}{{name .Column}} IS DISTINCT FROM {{.Literal}}
{{- else if eq .Op.String "≤"}}{{name .Column}} <= {{.Literal}}
{{- else if eq .Op.String "≥"}}{{name .Column}} >= {{.Literal}}
{{- else if eq .Op.String "contains"}}strpos(lower(CAST({{name .Column}} AS VARCHAR)), lower({{.Literal}})) > 0
{{- else if eq .Op.String "starts with"}}starts_with(lower(CAST({{name .Column}} AS VARCHAR)), lower({{.Literal}}))
{{- else if eq .Op.String "is null"}}{{name .Column}} IS NULL
{{- else if eq .Op.String "not null"}}{{name .Column}} IS NOT NULL
{{- else if eq .Op.String "is empty"}}CAST({{name .Column}} AS VARCHAR) = ''
{{- else}}{{name .Column}} {{.Op}} {{.Literal}}
{{- end}}
{{- end}}
{{- if .Count -}}
SELECT count(*) AS n
{{- else if .Position -}}
-- The window has no order: it numbers the rows as they are read.
SELECT {{name .Position}} FROM (SELECT *, row_number() OVER () - 1 AS {{name .Position}} FROM {{name .Table}}) AS {{name .Table}}
{{- else -}}
SELECT {{range $i, $c := .Columns}}{{if $i}}, {{end}}{{name $c.Name}}{{end}}
{{- end}}
{{- if not .Position}}
FROM {{name .Table}}
{{- end}}
{{- range $i, $c := .Where}}
{{if $i}}  AND{{else}}WHERE{{end}} ({{template "condition" $c}}
)
{{- end}}
{{- if .Position}}
{{- if .Nested}}
ORDER BY {{name .Position}}
{{- end}}
{{- else if not .Count}}
{{- range $i, $o := .Order}}
{{if $i}}  , {{else}}ORDER BY {{end}}{{name $o.Column}} {{if $o.Descending}}DESC{{else}}ASC{{end}} NULLS {{if $.Reverse}}FIRST{{else}}LAST{{end}}
{{- end}}
{{- if .Offset}}
OFFSET {{.Offset}}
{{- end}}
LIMIT {{.Limit}}
{{- end}}
