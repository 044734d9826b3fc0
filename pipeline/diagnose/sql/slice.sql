-- The rows of a table with some numbers, each from a first one to before another.
CREATE OR REPLACE TEMP VIEW {{name .Table}} AS
SELECT {{of "t" .Columns}} FROM {{name .Of}} AS t WHERE false{{range .Spans}} OR (t.rowid >= {{.From}} AND t.rowid < {{.To}}){{end}}
