CREATE EXTERNAL TABLE IF NOT EXISTS city.docks (
    dock INTEGER,
    free TINYINT,
    lat FLOAT,
    lon FLOAT
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('case.insensitive' = 'true', 'explicit.null' = 'false')
LOCATION '${lake}/city/docks/';