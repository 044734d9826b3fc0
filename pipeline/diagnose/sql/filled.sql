SELECT {{range $i, $c := .Columns}}{{if $i}}, {{end}}count(t.{{name $c}}){{end}} FROM {{name .Table}} AS t
