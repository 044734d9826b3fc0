SELECT count(*) FROM (SELECT * FROM ({{.SQL}}
) AS t LIMIT {{.N}}) AS u
