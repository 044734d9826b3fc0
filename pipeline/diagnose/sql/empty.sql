CREATE OR REPLACE TEMP TABLE {{name .Table}} AS
SELECT {{range $i, $c := .Typed}}{{if $i}}, {{end}}CAST(NULL AS {{$c.Type}}) AS {{name $c.Name}}{{end}} WHERE false
