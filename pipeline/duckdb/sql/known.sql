{{- /* Removes the rows that a table has. */ -}}
DELETE FROM {{name .Table}}
WHERE rowid IN (
  SELECT r.rowid
  FROM {{name .As}} AS b
  INNER JOIN {{name .Table}} AS r ON {{range $i, $c := .Columns}}{{if $i}} AND {{end}}r.{{name $c.Name}} IS NOT DISTINCT FROM b.{{name $c.Name}}{{end}}
)
