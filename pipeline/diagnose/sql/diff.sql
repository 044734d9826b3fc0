-- The rows that two multisets do not share: n is positive for those that the
-- table lacks, and negative for those that it has besides. Groups of many rows,
-- then of rows with the same hash, are compared first, and only the rows of those
-- that differ one by one.
CREATE OR REPLACE TEMP TABLE {{name .Table}} AS
WITH groups AS (
  SELECT h.v >> 48 AS g FROM (
    SELECT hash({{of "a" .Columns}}) AS v, 1 AS stedi_n FROM {{name .Other}} AS a
    UNION ALL
    SELECT hash({{of "b" .Columns}}) AS v, -1 AS stedi_n FROM {{name .Of}} AS b
  ) AS h
  GROUP BY h.v >> 48
  HAVING sum(h.stedi_n) <> 0 OR sum(h.stedi_n * CAST(h.v AS HUGEINT)) <> 0
),
odd AS (
  SELECT h.v FROM (
    SELECT hash({{of "a" .Columns}}) AS v, 1 AS stedi_n FROM {{name .Other}} AS a
    UNION ALL
    SELECT hash({{of "b" .Columns}}) AS v, -1 AS stedi_n FROM {{name .Of}} AS b
  ) AS h
  WHERE h.v >> 48 IN (SELECT groups.g FROM groups)
  GROUP BY h.v
  HAVING sum(h.stedi_n) <> 0
)
SELECT {{names .Columns}}, CAST(sum(u.stedi_n) AS BIGINT) AS stedi_n
FROM (
  SELECT {{of "a" .Columns}}, 1 AS stedi_n FROM {{name .Other}} AS a WHERE hash({{of "a" .Columns}}) IN (SELECT odd.v FROM odd)
  UNION ALL
  SELECT {{of "b" .Columns}}, -1 AS stedi_n FROM {{name .Of}} AS b WHERE hash({{of "b" .Columns}}) IN (SELECT odd.v FROM odd)
) AS u
GROUP BY {{names .Columns}}
HAVING sum(u.stedi_n) <> 0
