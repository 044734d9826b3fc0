SELECT count({{name .As}}) FROM {{name .Table}}
