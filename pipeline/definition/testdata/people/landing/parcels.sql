CREATE EXTERNAL TABLE parcels (parcelid string, weight_kg decimal(8,3), to_zip char(5))
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ("case.insensitive" = "FALSE", "mapping.parcelid" = "parcelId", "mapping.weight_kg"="weightKg", "mapping.to_zip" = "toZip")
LOCATION 's3://post/parcels/';