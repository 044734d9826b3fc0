CREATE EXTERNAL TABLE IF NOT EXISTS `erp`.`invoices` (
  `number` string,
  `net` decimal(38,18),
  `lines` array<struct<`item`:string COMMENT 'what',`net`:decimal(12,2)>>
) COMMENT 'invoices'
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://erp/export/invoices/' ;