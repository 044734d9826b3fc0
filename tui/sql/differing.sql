-- Rows that the transform returns and the table lacks, and rows that the table has besides.
(SELECT 'missing' AS difference, lacked.* FROM (
  SELECT {{range $i, $c := .Columns}}{{if $i}}, {{end}}a.{{name $c.Name}}{{end}} FROM (
{{.SQL}}
  ) AS a
  EXCEPT ALL
  SELECT {{range $i, $c := .Columns}}{{if $i}}, {{end}}b.{{name $c.Name}}{{end}} FROM {{name .Name}} AS b
) AS lacked)
UNION ALL
(SELECT 'extra' AS difference, besides.* FROM (
  SELECT {{range $i, $c := .Columns}}{{if $i}}, {{end}}b.{{name $c.Name}}{{end}} FROM {{name .Name}} AS b
  EXCEPT ALL
  SELECT {{range $i, $c := .Columns}}{{if $i}}, {{end}}a.{{name $c.Name}}{{end}} FROM (
{{.SQL}}
  ) AS a
) AS besides)
