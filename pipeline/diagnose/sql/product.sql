SELECT CAST(sum({{range $i, $t := .Tables}}{{if $i}} * {{end}}CAST(coalesce({{name $t}}.stedi_n, 1) AS {{$.Type}}){{end}}) AS BIGINT)
