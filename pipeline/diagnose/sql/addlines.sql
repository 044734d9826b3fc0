INSERT INTO {{name .Table}} SELECT unnest(from_json(CAST($1 AS VARCHAR), '["VARCHAR"]'))
