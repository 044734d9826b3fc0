CREATE OR REPLACE TEMP TABLE {{name .Table}} AS
SELECT g.given AS {{name .As}} FROM stedi_given(CAST({{.ID}} AS BIGINT)) AS g
