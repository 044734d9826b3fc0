{{with .Names}}WITH {{.}}
{{end}}SELECT count(*) AS found{{if .Messages}}, array_join(slice(array_sort(array_agg(DISTINCT broken.message) FILTER (WHERE broken.message IS NOT NULL)), 1, {{.Most}}), chr(31)){{end}}
FROM (
{{.SQL}}
) AS broken
