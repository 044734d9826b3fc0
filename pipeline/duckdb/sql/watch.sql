{{- /* Writes the rows and holds the different values of a few columns. */ -}}
CREATE TEMP TABLE {{name .As}} AS
SELECT {{range .Watch}}q.{{name .}}, {{end}}CAST(sum(stedi_sink(CAST({{.ID}} AS BIGINT){{range $i, $c := .Columns}}, {{toText (printf "q.%s" (name $c.Name)) $c.Type}}{{end}})){{with .Where}} FILTER (WHERE {{.}}){{end}} AS BIGINT) AS stedi_written
FROM ({{.SQL}}) AS q({{range $i, $c := .Columns}}{{if $i}}, {{end}}{{name $c.Name}}{{end}})
GROUP BY {{range $i, $c := .Watch}}{{if $i}}, {{end}}q.{{name $c}}{{end}}
