CREATE EXTERNAL TABLE `lockers`(`no` int,`rented` boolean)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
STORED AS TEXTFILE LOCATION 's3://gym-landing/lockers/' TBLPROPERTIES('has_encrypted_data'='false');