CREATE EXTERNAL TABLE impressions (
    requestbegintime string,
    adid string,
    referrer string,
    timers struct<modelLookup:string, requestTime:string>,
    browsercookie string)
PARTITIONED BY (dt string)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
LOCATION 's3://us-east-1.demo/tables/impressions';