{{- /* A predicate that is true for every row and counts on the way. A condition that
fails for a row gives NULL. */ -}}
stedi_tally(CAST({{.ID}} AS BIGINT){{range .Conditions}}, TRY(COALESCE(CAST(({{.}}) AS BOOLEAN), FALSE)){{end}}) = 1
{{- range .Sets}} AND stedi_hash(CAST({{.ID}} AS BIGINT), hash({{range $i, $c := .Columns}}{{if $i}}, {{end}}{{name $.Alias}}.{{name $c}}{{end}})) = 1{{end}}
