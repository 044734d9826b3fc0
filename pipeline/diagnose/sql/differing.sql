SELECT {{of "d" .Columns}} FROM {{name .Table}} AS d WHERE d.stedi_n {{.Other}} 0 ORDER BY {{of "d" .Columns}} LIMIT {{.N}}
