-- A row counts once, though several of its parts may be personal data.
SELECT MIN(p.message) AS message
FROM (
  SELECT r.n, LOWER(TRIM(j.atom ->> '$')) AS part
  FROM (
    SELECT ROW_NUMBER() OVER () AS n, CAST(t.{{name .Column}} AS JSON) AS whole
    FROM {{name .Table}} AS t
  ) AS r, JSON_TREE(r.whole) AS j
  WHERE j.atom IS NOT NULL
) AS w
INNER JOIN (
{{template "personal_values.sql" .}}
) AS p ON p.datum = w.part
GROUP BY w.n
