DESCRIBE SELECT {{range $i, $c := .Columns}}{{if $i}}, {{end}}{{name $c.Name}}{{end}} FROM (
{{.SQL}}
) AS q({{range $i, $c := .Columns}}{{if $i}}, {{end}}{{name $c.Name}}{{end}})
