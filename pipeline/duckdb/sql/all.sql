SELECT {{range $i, $c := .Columns}}{{if $i}}, {{end}}{{name $c.Name}}{{end}} FROM {{name .Table}}
