{{- range $i, $t := .}}{{if $i}}, {{end}}{{name $t.Name}} AS (SELECT {{if not $t.Columns}}*{{end}}
{{- range $j, $c := $t.Columns}}{{if $j}}, {{end}}
{{- if $c.Missing}}{{if $c.Type}}CAST(NULL AS {{$c.Type}}){{else}}NULL{{end}}
{{- else if $c.Type}}TRY_CAST({{name $c.Name}} AS {{$c.Type}})
{{- else}}{{name $c.Name}}
{{- end}} AS {{name $c.Name}}{{end}} FROM {{name $t.Database}}.{{name $t.Table}}){{end -}}
