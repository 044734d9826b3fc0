CREATE TEMP VIEW {{name .Table}} AS
SELECT {{range $i, $c := .Columns}}{{if $i}}, {{end}}CAST(NULL AS {{$c.Type}}) AS {{name $c.Name}}{{end}}
WHERE false
