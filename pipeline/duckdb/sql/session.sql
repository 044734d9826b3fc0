-- DuckDB reads an unquoted name such as user as a session value if no column has
-- that name. These macros hide the functions behind such names. A call
-- without an argument does not fit them, so binding the name fails.
{{range .}}CREATE MACRO {{name .}}(no_column) AS no_column;
{{end}}
