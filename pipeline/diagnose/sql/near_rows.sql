-- Some rows of a table, which are read again and again.
CREATE OR REPLACE TEMP TABLE {{name .Table}} AS
SELECT t.*, t.rowid AS stedi_row FROM {{name .Of}} AS t WHERE {{if .IDs}}t.rowid IN ({{range $i, $id := .IDs}}{{if $i}}, {{end}}{{$id}}{{end}}){{else}}false{{end}}
