-- The values of one differing row.
CREATE OR REPLACE TEMP TABLE {{name .Table}} AS
SELECT DISTINCT unnest([{{range $i, $c := .Columns}}{{if $i}}, {{end}}CAST(d.{{name $c}} AS VARCHAR){{end}}]) AS v
FROM (SELECT * FROM {{name .Of}} ORDER BY {{names .Columns}} LIMIT 1 OFFSET {{.N}}) AS d
