{{- /* The rows that break a rule, and a few of the things that it says of them. */ -}}
SELECT count(*), {{if .Message}}array_to_string(list_slice(list_sort(list(DISTINCT q.message)), 1, 5), chr(10)){{else}}NULL{{end}}
FROM (
{{.SQL}}
) AS q
