-- How many rows of the table are not among those of which one was kept for each
-- key, or have the key of another row.
SELECT
  (SELECT count(*) FROM (
    SELECT {{of "a" .Columns}} FROM {{name .Table}} AS a
    EXCEPT
    SELECT {{of "b" .Columns}} FROM ({{.Other}}
) AS b
  ) AS outside)
  + (SELECT count(*) FROM {{name .Table}} AS a)
  - (SELECT count(*) FROM (SELECT DISTINCT {{of "a" .Keys}} FROM {{name .Table}} AS a) AS keys)
