DROP TABLE IF EXISTS {{name .Table}}
