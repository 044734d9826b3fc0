SELECT CAST(sum({{range $i, $t := .Tables}}{{if $i}} * {{end}}CAST(coalesce({{name $t}}.stedi_n, 1) AS HUGEINT){{end}}) AS BIGINT)
