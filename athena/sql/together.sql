{{with .Names}}WITH {{.}}
{{end}}SELECT count(*) AS found
{{- range $i, $f := .Filters}},
count_if(({{$f.Condition}}
)) AS broken{{$i}}, {{if $f.Message}}array_join(slice(array_sort(array_agg(DISTINCT ({{$f.Message}})) FILTER (WHERE ({{$f.Condition}}
) AND ({{$f.Message}}) IS NOT NULL)), 1, {{$.Most}}), chr(31)){{else}}NULL{{end}} AS messages{{$i}}
{{- end}}
FROM {{name .Table}} AS {{.Alias}}
