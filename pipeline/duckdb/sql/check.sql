{{- /* The rows that break a rule, and a few of the things that it says of them. */ -}}
SELECT count(*), {{if .Message}}array_to_string(list_slice(list_sort(list(DISTINCT q.message) FILTER (WHERE q.message IS NOT NULL)), 1, {{.Most}}), chr(31)){{else}}NULL{{end}}
FROM (
{{.SQL}}
) AS q
