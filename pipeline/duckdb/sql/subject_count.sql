SELECT count(*)
FROM {{if .SQL}}({{.SQL}}){{else}}{{name .Table}}{{end}} AS t
WHERE CAST(t.{{name .Column}} AS VARCHAR) IN (SELECT s.id FROM {{name .Names}} AS s)
