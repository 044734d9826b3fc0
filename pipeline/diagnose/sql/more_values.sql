INSERT INTO {{name .Table}}
SELECT DISTINCT unnest([{{range $i, $c := .Columns}}{{if $i}}, {{end}}CAST(t.{{name $c}} AS VARCHAR){{end}}])
FROM {{name .Of}} AS t WHERE t.rowid IN ({{range $i, $id := .IDs}}{{if $i}}, {{end}}{{$id}}{{end}})
