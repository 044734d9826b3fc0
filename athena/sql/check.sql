{{with .Stage}}WITH {{name $.Table}} AS (SELECT * FROM {{name $.Database}}.{{name .}}){{end}}
SELECT count(*) AS found{{if .Messages}}, array_join(slice(array_agg(DISTINCT broken.message), 1, 3), '; '){{end}}
FROM (
{{.SQL}}
) AS broken
