SELECT p.message
FROM {{quoted .Table}} AS t
INNER JOIN (
{{template "personal_values.sql" .}}
) AS p ON p.datum = LOWER(TRIM(CAST(t.{{quoted .Column}} AS VARCHAR)))
