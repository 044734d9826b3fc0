-- Some rows of a table, or of those that it lacks, from anywhere in it.
CREATE OR REPLACE TEMP TABLE {{name .Table}} AS
SELECT {{of "d" .Columns}}, {{if .Other}}d.stedi_n{{else}}1 AS stedi_n{{end}} FROM {{name .Of}} AS d
{{if .Other}}WHERE d.stedi_n {{.Other}} 0
{{end}}ORDER BY hash({{of "d" .Columns}}), {{of "d" .Columns}} LIMIT {{.N}}
