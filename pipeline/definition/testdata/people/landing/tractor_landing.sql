CREATE EXTERNAL TABLE IF NOT EXISTS `farm`.`tractor_landing` (
  `tractorName` string,
  `phone` string,
  `serialNumber` string,
  `registrationDate` bigint,
  `lastUpdateDate` bigint
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
LOCATION 's3://farm-house/tractor/landing/'
TBLPROPERTIES ('classification' = 'json');
