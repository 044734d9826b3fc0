SELECT {{of "t" .Columns}} FROM {{name .Table}} AS t ORDER BY {{of "t" .Columns}} LIMIT {{.N}}
