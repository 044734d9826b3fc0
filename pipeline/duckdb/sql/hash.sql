SELECT CAST(sum(stedi_hash(CAST({{.ID}} AS BIGINT), hash({{range $i, $c := .Columns}}{{if $i}}, {{end}}{{name $c.Name}}{{end}}))) AS BIGINT) FROM {{name .Table}}
