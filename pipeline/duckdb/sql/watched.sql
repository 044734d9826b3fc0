CREATE OR REPLACE TEMP VIEW {{name .Table}} AS
SELECT * EXCLUDE (stedi_written) FROM {{name .As}}
