SELECT {{range $i, $c := .Typed}}{{if $i}}, {{end}}{{if $c.Absent}}CAST(NULL AS {{$c.Type}}){{else}}TRY_CAST(t.{{name $c.Name}} AS {{$c.Type}}){{end}} AS {{name $c.Name}}{{end}}
FROM {{name .Table}} AS t
