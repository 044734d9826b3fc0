CREATE EXTERNAL TABLE IF NOT EXISTS `clinic`.`visits_log` (
  `mrn` varchar(36),
  `seen` timestamp,
  `vitals` struct<pulse:int,temp:float>
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
LOCATION 's3://clinic-landing/visits_log/'
TBLPROPERTIES ('classification' = 'json');
