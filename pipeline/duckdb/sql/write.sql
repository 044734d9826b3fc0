{{- /* The sink answers 1 for each row that it wrote. */ -}}
SELECT CAST(sum(stedi_sink(CAST({{.ID}} AS BIGINT){{range $i, $c := .Columns}}, {{toText (printf "c%d" $i) $c.Type}}{{end}})) AS BIGINT)
FROM ({{.SQL}}) AS q({{range $i, $c := .Columns}}{{if $i}}, {{end}}c{{$i}}{{end}})
