CREATE EXTERNAL TABLE IF NOT EXISTS gym.visits (
  memberId bigint -- who
  , entered timestamp -- when
  , left_at timestamp
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION "s3://gym-landing/visits/"
TBLPROPERTIES ("has_encrypted_data"="false")
