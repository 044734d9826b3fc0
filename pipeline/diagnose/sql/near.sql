-- For each of some values the rows that have it, those first that have more of
-- the others.
WITH hits AS (
{{- range $i, $c := .Columns}}{{if $i}}
  UNION ALL{{end}}
  SELECT t.rowid AS id, s.v FROM {{name $.Table}} AS t INNER JOIN {{name $.Of}} AS s ON s.v = CAST(t.{{name $c}} AS VARCHAR) WHERE s.v <> ''
{{- end}}
),
scored AS (
  SELECT h.id, count(*) AS score FROM hits AS h GROUP BY h.id
),
placed AS (
  SELECT h.id, row_number() OVER (PARTITION BY h.v ORDER BY s.score DESC, h.id) AS place
  FROM hits AS h INNER JOIN scored AS s ON s.id = h.id
)
SELECT DISTINCT p.id FROM placed AS p WHERE p.place <= {{.N}} ORDER BY p.id
