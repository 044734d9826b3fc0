-- The library's catalogue.
CREATE EXTERNAL TABLE IF NOT EXISTS `books` (
  `isbn` string COMMENT 'key: the book',
  `title` string,
  `price` double,
  `reference` boolean COMMENT 'true: it may not leave the house'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('case.insensitive' = 'true', 'ignore.malformed.json' = 'false')
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION '${lake}/books/raw/'
TBLPROPERTIES ('classification' = 'json');
