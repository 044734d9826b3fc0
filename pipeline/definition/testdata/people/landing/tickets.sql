CREATE EXTERNAL TABLE IF NOT EXISTS `zoo`.`tickets` (
  `ticket` bigint,
  `price` decimal(10,2),
  `soldOn` date
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES (
  'ignore.malformed.json' = 'FALSE',
  'dots.in.keys' = 'FALSE',
  'case.insensitive' = 'TRUE',
  'mapping' = 'TRUE'
)
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://city-zoo/exports/2024/zoo/tickets/'
TBLPROPERTIES ('classification' = 'json');
