{{- /* The sink answers 1 for each row that it wrote. A filter of the sum is evaluated
on exactly these rows, unlike a WHERE, which the optimizer moves below joins. */ -}}
SELECT CAST(sum(stedi_sink(CAST({{.ID}} AS BIGINT){{range .Columns}}, {{toText (printf "q.%s" (name .Name)) .Type}}{{end}})){{with .Where}} FILTER (WHERE {{.}}){{end}} AS BIGINT)
FROM ({{.SQL}}) AS q({{range $i, $c := .Columns}}{{if $i}}, {{end}}{{name $c.Name}}{{end}})
