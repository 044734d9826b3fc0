CREATE TEMP TABLE {{name .Table}} ({{range $i, $c := .Columns}}{{if $i}}, {{end}}{{name $c.Name}} {{$c.Type}}{{end}})
