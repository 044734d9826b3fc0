-- Whether a query returns the first row of a table, or of the rows that it lacks.
SELECT count(*) FROM (
  (SELECT {{of "d" .Columns}} FROM {{name .Table}} AS d {{if .Other}}WHERE d.stedi_n {{.Other}} 0 {{end}}ORDER BY {{of "d" .Columns}} LIMIT 1)
  INTERSECT
  SELECT {{of "t" .Columns}} FROM ({{.SQL}}
) AS t
) AS shared
