COPY (
SELECT * FROM ({{.SQL}}
) AS made ({{range $i, $c := .Columns}}{{if $i}}, {{end}}{{name $c.Name}}{{end}})
) TO {{text .File}} (FORMAT json)
