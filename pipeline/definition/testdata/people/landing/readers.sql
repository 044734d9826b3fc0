CREATE EXTERNAL TABLE library.readers (reader_id bigint, address struct<street:string, zip:string, geo:struct<lat:float,lon:float>>, phones map<string,string>)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3a://library/readers/'