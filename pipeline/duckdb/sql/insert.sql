INSERT INTO {{name .Table}}
{{.SQL}}
