CREATE EXTERNAL TABLE flights (
   carrier string,
   origin string,
   dest string,
   delay_minutes int)
PARTITIONED BY (year int, month int)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://amzn-demo/flights/'
