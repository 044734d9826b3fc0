-- The rows that have most of some values.
SELECT n.id FROM (
  SELECT t.rowid AS id, {{range $i, $c := .Columns}}{{if $i}} + {{end}}CAST(coalesce(CAST(t.{{name $c}} AS VARCHAR) IN (SELECT s.v FROM {{name $.Of}} AS s WHERE s.v <> ''), false) AS INTEGER){{end}} AS score
  FROM {{name .Table}} AS t
) AS n
WHERE n.score > 0
ORDER BY n.score DESC, n.id
LIMIT {{.N}}
