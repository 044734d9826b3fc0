CREATE EXTERNAL TABLE web.pages (url string, status int, headers map<string,string>)
CLUSTERED BY (url) INTO 16 BUCKETS
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://web-logs/raw/pages/'