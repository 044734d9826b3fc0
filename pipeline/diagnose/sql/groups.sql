-- How many values of a column the differing rows have, how many of them other
-- rows have as well, and how many values there are.
WITH differing AS (
  SELECT d.{{name .Column}} AS v, sum(abs(d.stedi_n)) AS n FROM {{name .Table}} AS d WHERE d.stedi_n {{.Other}} 0 GROUP BY d.{{name .Column}}
),
everything AS (
  SELECT t.{{name .Column}} AS v, count(*) AS n FROM {{name .Of}} AS t GROUP BY t.{{name .Column}}
)
SELECT
  (SELECT count(*) FROM differing),
  (SELECT count(*) FROM differing AS d JOIN everything AS e ON e.v IS NOT DISTINCT FROM d.v WHERE e.n > d.n),
  (SELECT count(*) FROM everything)
