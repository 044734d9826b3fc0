FROM {{name .Table}}
