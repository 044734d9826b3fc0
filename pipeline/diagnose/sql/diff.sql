-- The rows that two multisets do not share: n is positive for those that the
-- table lacks, and negative for those that it has besides.
CREATE OR REPLACE TEMP TABLE {{name .Table}} AS
SELECT {{names .Columns}}, CAST(sum(u.stedi_n) AS BIGINT) AS stedi_n
FROM (
  SELECT {{of "a" .Columns}}, 1 AS stedi_n FROM ({{.SQL}}
) AS a
  UNION ALL
  SELECT {{of "b" .Columns}}, -1 AS stedi_n FROM {{name .Of}} AS b
) AS u
GROUP BY {{names .Columns}}
HAVING sum(u.stedi_n) <> 0
