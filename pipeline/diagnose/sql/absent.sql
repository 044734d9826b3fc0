-- How many of some rows a query does not return as often as they are there.
SELECT count(*) FROM (
  SELECT {{of "s" .Columns}}, s.stedi_n
  FROM {{name .Table}} AS s LEFT JOIN (SELECT u.*, true AS stedi_met FROM ({{.SQL}}
) AS u) AS t ON {{range $i, $c := .Columns}}{{if $i}} AND {{end}}t.{{name $c}} IS NOT DISTINCT FROM s.{{name $c}}{{end}}
  GROUP BY {{of "s" .Columns}}, s.stedi_n
  HAVING count(t.stedi_met) < s.stedi_n
) AS absent
