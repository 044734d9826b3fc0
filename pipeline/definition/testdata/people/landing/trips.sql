CREATE EXTERNAL TABLE IF NOT EXISTS `city`.`trips` (`bike` INT, `start` TIMESTAMP, `end` TIMESTAMP, `path` ARRAY<ARRAY<DOUBLE>>)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('serialization.format' = '1')
LOCATION 's3://city-bikes/trips/'
TBLPROPERTIES ('has_encrypted_data'='false');