CREATE TEMP TABLE {{name .Table}} AS {{.SQL}}
