-- What the correct transform and the one with the mistake return on a few rows.
WITH
{{- range .Given}}
{{name .Name}} AS (
{{- if .Rows}}
  SELECT {{range $i, $c := .Columns}}{{if $i}}, {{end}}TRY_CAST(t.{{name $c.Name}} AS {{$c.Type}}) AS {{name $c.Name}}{{end}}
  FROM (VALUES
{{- range $i, $row := .Rows}}{{if $i}},{{end}}
    ({{range $j, $v := $row}}{{if $j}}, {{end}}{{if $v}}CAST({{text $v}} AS VARCHAR){{else}}CAST(NULL AS VARCHAR){{end}}{{end}})
{{- end}}
  ) AS t({{range $i, $c := .Columns}}{{if $i}}, {{end}}{{name $c.Name}}{{end}})
{{- else}}
  SELECT {{range $i, $c := .Columns}}{{if $i}}, {{end}}CAST(NULL AS {{$c.Type}}) AS {{name $c.Name}}{{end}} WHERE false
{{- end}}
),
{{- end}}
{{- range .Derived}}
{{name .Name}} AS (
{{.SQL}}),
{{- end}}
"correct transform" AS (
{{.Correct}}),
"with the mistake" AS (
{{.Mistaken}})
SELECT 'correct' AS result, {{of "c" .Columns}} FROM "correct transform" AS c
UNION ALL
SELECT 'with the mistake' AS result, {{of "m" .Columns}} FROM "with the mistake" AS m
