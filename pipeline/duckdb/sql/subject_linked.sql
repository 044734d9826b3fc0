{{- /* An empty name belongs to no subject, so it links none. */ -}}
INSERT INTO {{name .Linked}}
SELECT DISTINCT CAST(t.{{name .To}} AS VARCHAR)
FROM {{name .Table}} AS t
WHERE CAST(t.{{name .Column}} AS VARCHAR) IN (SELECT s.id FROM {{name .Names}} AS s)
  AND CAST(t.{{name .To}} AS VARCHAR) <> ''
  AND CAST(t.{{name .To}} AS VARCHAR) NOT IN (SELECT s.id FROM {{name .Linked}} AS s)
