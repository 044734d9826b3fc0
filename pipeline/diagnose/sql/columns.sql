SELECT {{of "t" .Columns}} FROM ({{.SQL}}
) AS t
