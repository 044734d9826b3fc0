SELECT p.message
FROM {{name .Table}} AS t
INNER JOIN (
{{template "personal_values.sql" .}}
) AS p ON p.datum = LOWER(TRIM(CAST(t.{{name .Column}} AS VARCHAR)))
