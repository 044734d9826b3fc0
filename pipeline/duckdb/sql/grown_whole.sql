CREATE OR REPLACE TEMP VIEW {{name .Whole}} AS
SELECT * FROM {{name .Before}}
UNION ALL
SELECT * FROM {{name .Added}}
