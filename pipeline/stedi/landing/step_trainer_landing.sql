-- subject: serialNumber
-- alias: landing/step_trainer, step_trainer_landing, trainer/landing, landing/trainer, step-trainer/landing, step_trainers/landing
-- Distance readings as the step trainers sent them.
CREATE EXTERNAL TABLE IF NOT EXISTS `step_trainer_landing` (
  `sensorReadingTime` bigint COMMENT 'key: epoch milliseconds',
  `serialNumber` string COMMENT 'key: the device',
  `distanceFromObject` int
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('case.insensitive' = 'true', 'ignore.malformed.json' = 'false')
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION '${lake}/step_trainer/landing/'
TBLPROPERTIES ('classification' = 'json');
