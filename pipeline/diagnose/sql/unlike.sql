SELECT
  (SELECT count(*) FROM (SELECT {{of "a" .Columns}} FROM {{name .Table}} AS a EXCEPT ALL SELECT {{of "b" .Columns}} FROM {{name .Other}} AS b) AS x)
  + (SELECT count(*) FROM (SELECT {{of "b" .Columns}} FROM {{name .Other}} AS b EXCEPT ALL SELECT {{of "a" .Columns}} FROM {{name .Table}} AS a) AS y)
