{{range $i, $c := .Columns}}{{if $i}} OR {{end}}strpos(lower(CAST({{name $c.Name}} AS VARCHAR)), lower({{text $.Text}})) > 0{{end}}
