SELECT {{of "a" .Columns}} FROM {{name .Table}} AS a
EXCEPT
SELECT {{of "b" .Columns}} FROM ({{.SQL}}
) AS b
