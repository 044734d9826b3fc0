CREATE EXTERNAL TABLE league.stadiums (name string, seats int, built date)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('ignore.malformed.json'='false')
STORED AS TEXTFILE
LOCATION 's3://league/stadiums/'
TBLPROPERTIES ('EXTERNAL'='TRUE', 'transient_lastDdlTime'='1700000000');