-- What the desk has lent; days are numbered from the opening of the library.
CREATE EXTERNAL TABLE IF NOT EXISTS `loans` (
  `memberId` bigint COMMENT 'key: who borrowed',
  `isbn` string COMMENT 'key: the book',
  `lentOn` int COMMENT 'key: day',
  `returnedOn` int COMMENT 'day; absent: not yet'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('case.insensitive' = 'true', 'ignore.malformed.json' = 'false')
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION '${lake}/loans/raw/'
TBLPROPERTIES ('classification' = 'json');
