-- How many of the differing rows have no partner that is equal in all of some
-- columns.
SELECT count(*) FROM (
  SELECT {{of "d" .Columns}}, sum(d.stedi_n) AS n FROM {{name .Table}} AS d GROUP BY {{of "d" .Columns}} HAVING sum(d.stedi_n) <> 0
) AS alone
