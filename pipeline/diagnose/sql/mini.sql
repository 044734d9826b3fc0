CREATE OR REPLACE TEMP VIEW {{name .Table}} AS
SELECT {{of "t" .Columns}} FROM {{name .Of}} AS t WHERE {{if .IDs}}t.stedi_row IN ({{range $i, $id := .IDs}}{{if $i}}, {{end}}{{$id}}{{end}}){{else}}false{{end}}
