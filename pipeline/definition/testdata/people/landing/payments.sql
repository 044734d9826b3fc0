


CREATE EXTERNAL TABLE erp.payments(id bigint,paid timestamp,amount decimal(12,2))
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://erp/export/payments/';


