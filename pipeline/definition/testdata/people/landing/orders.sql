-- Orders of the bakery.
CREATE EXTERNAL TABLE `shop`.`orders` (
  `order_id` bigint COMMENT 'key',
  `total` decimal(10,2),
  `items` array<struct<sku:string,qty:int>>
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://bakery-landing/daily/bakery/orders/'
;
