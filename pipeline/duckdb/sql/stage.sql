SELECT * FROM {{name .Table}}
