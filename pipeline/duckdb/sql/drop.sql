DROP {{.Kind}} IF EXISTS {{name .Table}}
