CREATE   EXTERNAL
TABLE
IF   NOT
EXISTS suppliers(
id
bigint
,
name
string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION
's3://erp/suppliers/'