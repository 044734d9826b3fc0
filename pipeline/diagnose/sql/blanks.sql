SELECT t.* REPLACE ({{range $i, $c := .Columns}}{{if $i}}, {{end}}nullif(t.{{name $c}}, '') AS {{name $c}}{{end}}) FROM ({{.SQL}}
) AS t
