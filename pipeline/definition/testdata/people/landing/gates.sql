CREATE EXTERNAL TABLE IF NOT EXISTS `zoo`.`gates` (
  `gate` tinyint,
  `turns` smallint
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
LOCATION 's3://city-zoo/zoo/gates/'
TBLPROPERTIES (
  'classification' = 'json',
  'compressionType' = 'none',
  'typeOfData' = 'file',
  'sizeKey' = '17',
  'averageRecordSize' = '84'
)
