COPY (
  SELECT
{{- range $i, $c := .Columns}}
    {{if $i}}, {{end}}
    {{- if eq $c.Type "number"}}CASE WHEN regexp_full_match({{name $c.Name}}, '-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?') THEN CAST({{name $c.Name}} AS JSON) ELSE to_json({{name $c.Name}}) END
    {{- else if eq $c.Type "boolean"}}CASE WHEN lower({{name $c.Name}}) IN ('true', 'false') THEN CAST(lower({{name $c.Name}}) AS JSON) ELSE to_json({{name $c.Name}}) END
    {{- else if eq $c.Type "nested"}}COALESCE(TRY_CAST({{name $c.Name}} AS JSON), to_json({{name $c.Name}}))
    {{- else}}{{name $c.Name}}{{end}} AS {{name $c.Name}}
{{- end}}
  FROM read_csv({{text .From}}, header = true, all_varchar = true, strict_mode = true)
) TO {{text .To}} (FORMAT json)
