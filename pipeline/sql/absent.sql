SELECT q.{{quoted .Column}}
FROM (
{{.SQL}}
) AS q
WHERE q.{{quoted .Column}} IS NOT NULL
