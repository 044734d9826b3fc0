-- subject: user = email
-- personal: user
-- alias: landing/accelerometer, accelerometer_landing, accelerometers/landing
-- Motion readings as the phone app recorded them.
CREATE EXTERNAL TABLE IF NOT EXISTS `accelerometer_landing` (
  `user` string COMMENT 'key: the e-mail of the customer',
  `timestamp` bigint COMMENT 'key: epoch milliseconds',
  `x` double,
  `y` double,
  `z` double
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('case.insensitive' = 'true', 'ignore.malformed.json' = 'false')
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION '${lake}/accelerometer/landing/'
TBLPROPERTIES ('classification' = 'json');
