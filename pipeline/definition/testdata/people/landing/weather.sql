CREATE EXTERNAL TABLE IF NOT EXISTS weather (
  city string,
  obs array<struct<at:timestamp,t:float,wind:struct<dir:smallint,ms:float>>>
)
PARTITIONED BY (country char(2), day date COMMENT 'UTC')
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://met/weather/'