-- Whether a query returns a row that a table lacks.
SELECT count(*) FROM (
  SELECT 1 FROM ({{.SQL}}
) AS t SEMI JOIN (SELECT * FROM {{name .Table}} WHERE stedi_n > 0) AS d ON {{range $i, $c := .Columns}}{{if $i}} AND {{end}}t.{{name $c}} IS NOT DISTINCT FROM d.{{name $c}}{{end}}
  LIMIT 1
) AS met
