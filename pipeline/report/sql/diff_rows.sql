WITH ids AS (
  SELECT {{template "id" .}} AS id, 1 AS n FROM {{name .Before}} AS t
  UNION ALL
  SELECT {{template "id" .}} AS id, -1 AS n FROM {{name .After}} AS t
), differing AS MATERIALIZED (
  SELECT i.id, sum(i.n) AS n FROM ids AS i GROUP BY i.id HAVING sum(i.n) <> 0
), sides AS (
  SELECT
    CAST(coalesce(sum(d.n) FILTER (WHERE d.n > 0), 0) AS BIGINT) AS a,
    CAST(coalesce(-sum(d.n) FILTER (WHERE d.n < 0), 0) AS BIGINT) AS b
  FROM differing AS d
), picked_a AS MATERIALIZED (
  SELECT d.id FROM differing AS d WHERE d.n > 0 ORDER BY d.id LIMIT {{.Samples}}
), picked_b AS MATERIALIZED (
  SELECT d.id FROM differing AS d WHERE d.n < 0 ORDER BY d.id LIMIT {{.Samples}}
), samples AS (
  SELECT DISTINCT TRUE AS in_a, {{template "columns" .}} FROM {{name .Before}} AS t
  WHERE {{template "id" .}} IN (SELECT p.id FROM picked_a AS p)
  UNION ALL
  SELECT DISTINCT FALSE AS in_a, {{template "columns" .}} FROM {{name .After}} AS t
  WHERE {{template "id" .}} IN (SELECT p.id FROM picked_b AS p)
)
SELECT s.a, s.b, x.* FROM sides AS s LEFT JOIN samples AS x ON TRUE ORDER BY ALL
{{define "columns"}}{{range $i, $c := .Columns}}{{if $i}}, {{end}}t.{{name $c.Name}}{{end}}{{end}}
{{- define "id"}}md5_number(CAST(json_array({{template "columns" .}}) AS VARCHAR)){{end}}
