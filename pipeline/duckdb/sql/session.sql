-- In DuckDB a bare name such as user is a value of the session where no column
-- has that name. These macros hide the functions behind such names. A call
-- without an argument does not fit them, so binding the name fails.
{{range .}}CREATE MACRO {{name .}}(no_column) AS no_column;
{{end}}
