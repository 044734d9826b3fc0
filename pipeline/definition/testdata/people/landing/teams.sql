CREATE EXTERNAL TABLE IF NOT EXISTS league.teams (
  id int COMMENT 'key: the number',
  colours array<varchar(20)>
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://league/teams/'
TBLPROPERTIES ('skip.header.line.count'='0', 'projection.enabled'='false');