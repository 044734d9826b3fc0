SELECT {{range $i, $c := .Columns}}{{if $i}}, {{end}}t.{{quoted $c.Name}} AS {{quoted $c.Name}}{{end}} FROM {{quoted .Name}} AS t
