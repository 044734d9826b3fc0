SELECT q.{{name .Column}}
FROM (
{{.SQL}}
) AS q
WHERE q.{{name .Column}} IS NOT NULL
