CREATE OR REPLACE TEMP VIEW {{name .Table}} AS
SELECT * FROM {{name .Of}} AS t WHERE {{if .IDs}}t.rowid IN ({{range $i, $id := .IDs}}{{if $i}}, {{end}}{{$id}}{{end}}){{else}}false{{end}}
