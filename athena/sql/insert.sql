INSERT INTO {{name .Database}}.{{name .Stage}}
SELECT {{range $i, $c := .Columns}}{{if $i}}, {{end}}{{name $c.Name}}{{end}}
FROM (
{{.SQL}}
) AS made
