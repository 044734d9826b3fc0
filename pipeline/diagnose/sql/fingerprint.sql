SELECT count(*), CAST(coalesce(sum(CAST(hash({{of "t" .Columns}}) AS HUGEINT)), 0) AS VARCHAR)
FROM ({{.SQL}}
) AS t
