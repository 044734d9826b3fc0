CREATE EXTERNAL TABLE web.clicks (
  `user` string,
  `timestamp` bigint,
  `date` date,
  `select` string
)
COMMENT "words that are reserved"
PARTITIONED BY (`year` string, `month` string, `day` string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://web-logs/raw/clicks/'