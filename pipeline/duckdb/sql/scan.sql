CREATE OR REPLACE TEMP VIEW {{name .Table}} AS
SELECT {{range $i, $c := .Columns}}{{if $i}}, {{end}}{{name $c.Name}}{{end}}
FROM (
  SELECT {{range $i, $c := .Columns}}{{if $i}}, {{end}}{{fromText $c}}{{end}} FROM {{name .Scan}}({{.ID}})
) AS q
{{- with .Where}}
WHERE {{.}}
{{- end}}
