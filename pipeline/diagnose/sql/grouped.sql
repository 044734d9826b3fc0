SELECT {{range .Columns}}t.{{name .}}, {{end}}count(*) AS stedi_n
FROM {{name .Table}} AS t
{{if .Columns}}GROUP BY {{of "t" .Columns}}{{end}}
