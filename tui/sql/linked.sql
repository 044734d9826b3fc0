{{name .Column}} IN (SELECT other.{{name .Linked}} FROM {{name .Through}} AS other WHERE other.{{name .Known}} = {{text .Value}})
