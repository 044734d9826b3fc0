SELECT DISTINCT ON ({{of "t" .Columns}}) * FROM ({{.SQL}}) AS t
