SELECT {{range $i, $c := .Columns}}{{if $i}}, {{end}}{{if $c.Type}}{{nestedText (name $c.Name) $c.Type}}{{else if $c.Text}}CAST({{name $c.Name}} AS VARCHAR){{else}}{{name $c.Name}}{{end}}{{end}} FROM (
{{.SQL}}
) AS q({{range $i, $c := .Columns}}{{if $i}}, {{end}}{{name $c.Name}}{{end}})
