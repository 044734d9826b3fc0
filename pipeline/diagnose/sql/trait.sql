-- What the values of a column are in the differing rows and in the others.
WITH differing AS (
  SELECT d.{{name .Column}} AS v, sum(abs(d.stedi_n)) AS n FROM {{name .Table}} AS d WHERE d.stedi_n {{.Other}} 0 GROUP BY d.{{name .Column}}
),
everything AS (
  SELECT t.{{name .Column}} AS v, count(*) AS n FROM {{name .Of}} AS t GROUP BY t.{{name .Column}}
),
others AS (
  SELECT e.v, e.n - coalesce(d.n, 0) AS n
  FROM everything AS e LEFT JOIN differing AS d ON d.v IS NOT DISTINCT FROM e.v
  WHERE e.n - coalesce(d.n, 0) > 0
),
mine AS (
  SELECT sum(n) AS n, sum(n) FILTER (WHERE v IS NULL) AS nulls, count(v) AS d, min(v) AS low, max(v) AS high,
    sum(n) FILTER (WHERE TRY_CAST(v AS DOUBLE) < 0) AS negatives
  FROM differing
),
theirs AS (
  SELECT sum(n) AS n, sum(n) FILTER (WHERE v IS NULL) AS nulls, min(v) AS low, max(v) AS high,
    sum(n) FILTER (WHERE v = (SELECT low FROM mine)) AS same,
    sum(n) FILTER (WHERE TRY_CAST(v AS DOUBLE) < 0) AS negatives
  FROM others
)
SELECT
  CAST(coalesce(m.n, 0) AS BIGINT), CAST(coalesce(m.nulls, 0) AS BIGINT), CAST(m.d AS BIGINT),
  CAST(m.low AS VARCHAR), CAST(m.high AS VARCHAR),
  CAST(coalesce(t.n, 0) AS BIGINT), CAST(coalesce(t.nulls, 0) AS BIGINT),
  CAST(coalesce(t.same, 0) AS BIGINT),
  CAST(coalesce(m.negatives, 0) AS BIGINT), CAST(coalesce(t.negatives, 0) AS BIGINT), k.number,
  coalesce(m.high < t.low, false), coalesce(m.low > t.high, false)
FROM mine AS m, theirs AS t, (SELECT typeof(x.{{name .Column}}) IN ('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'FLOAT', 'DOUBLE') OR typeof(x.{{name .Column}}) LIKE 'DECIMAL%' AS number FROM (SELECT (SELECT any_value(y.{{name .Column}}) FROM {{name .Of}} AS y) AS {{name .Column}}) AS x) AS k
