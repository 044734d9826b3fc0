CREATE EXTERNAL TABLE IF NOT EXISTS `city`.`bikes` (`id` INT, `model` STRING, `bought` DATE, `km` DOUBLE)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('serialization.format' = '1')
LOCATION 's3://city-bikes/bikes/'
TBLPROPERTIES ('has_encrypted_data'='false');