CREATE EXTERNAL TABLE met.alerts (id string, level tinyint, sent timestamp)
PARTITIONED BY (region string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://met/alerts/'
TBLPROPERTIES ('projection.region.type'='enum', 'projection.region.values'='n,s');