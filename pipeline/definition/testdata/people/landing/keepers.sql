CREATE EXTERNAL TABLE IF NOT EXISTS `zoo`.`keepers` (
  `keeperId` bigint,
  `fullName` varchar(80),
  `grade` char(2),
  `active` boolean
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
LOCATION 's3://city-zoo/zoo/keepers'
TBLPROPERTIES ('classification' = 'json');
