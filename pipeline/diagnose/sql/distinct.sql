SELECT DISTINCT {{of "t" .Columns}} FROM ({{.SQL}}
) AS t
