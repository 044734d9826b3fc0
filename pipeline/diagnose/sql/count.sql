SELECT count(*) FROM ({{.SQL}}
) AS t
