-- The values are an array in JSON.
CREATE OR REPLACE TEMP TABLE {{name .Table}} AS
SELECT UNNEST(FROM_JSON(CAST(? AS JSON), '["VARCHAR"]')) AS {{name .As}}
