SELECT *
FROM {{name .Table}}
LIMIT {{.Rows}}
