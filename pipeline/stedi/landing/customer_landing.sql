-- subject: email, serialNumber
-- personal: customerName, email, phone, birthDay
-- alias: landing/customer, customer_landing, customers/landing, customers_landing
-- Customers as the website registered them, with the moments at which they
-- agreed to share their data (absent: never).
CREATE EXTERNAL TABLE IF NOT EXISTS `customer_landing` (
  `customerName` string,
  `email` string COMMENT 'key: identifies a person',
  `phone` string,
  `birthDay` string COMMENT 'text, for years such as 0967 occur',
  `serialNumber` string COMMENT 'key: the step trainer that the person bought',
  `registrationDate` bigint COMMENT 'epoch milliseconds',
  `lastUpdateDate` bigint COMMENT 'epoch milliseconds',
  `shareWithResearchAsOfDate` bigint COMMENT 'epoch milliseconds; absent: not agreed',
  `shareWithPublicAsOfDate` bigint COMMENT 'epoch milliseconds; absent: not agreed',
  `shareWithFriendsAsOfDate` bigint COMMENT 'epoch milliseconds; absent: not agreed'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('case.insensitive' = 'true', 'ignore.malformed.json' = 'false')
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION '${lake}/customer/landing/'
TBLPROPERTIES ('classification' = 'json');
