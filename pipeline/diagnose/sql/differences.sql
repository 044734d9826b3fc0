SELECT
  CAST(coalesce(sum(-d.stedi_n) FILTER (WHERE d.stedi_n < 0), 0) AS BIGINT),
  CAST(coalesce(sum(d.stedi_n) FILTER (WHERE d.stedi_n > 0), 0) AS BIGINT)
FROM {{name .Table}} AS d
