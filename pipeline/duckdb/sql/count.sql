SELECT count(*) FROM {{name .Table}}
