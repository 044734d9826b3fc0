CREATE OR REPLACE TEMP TABLE {{name .Table}} AS
SELECT {{range $i, $c := .Columns}}{{if $i}}, {{end}}{{fromText $c}}{{end}} FROM stedi_scan({{.ID}})
