SELECT CAST(sum(w.stedi_written) AS BIGINT) FROM {{name .Table}} AS w
