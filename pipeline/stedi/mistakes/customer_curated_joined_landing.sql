-- id: joined_landing
-- table: customer_curated
-- rank: 2
-- title: Made from customer_landing
-- fix: Read customer_trusted and accelerometer_trusted.
-- source: students of the STEDI project
-- The customers come from customer_landing, or the readings from
-- accelerometer_landing, so people who did not agree are in the table.
SELECT DISTINCT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_landing AS c
WHERE c.email IN (SELECT a.user FROM accelerometer_landing AS a)
-- or
SELECT DISTINCT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_landing AS c
WHERE c.email IN (SELECT a.user FROM accelerometer_trusted AS a)
-- or
SELECT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_trusted AS c
WHERE c.email IN (SELECT a.user FROM accelerometer_landing AS a)
-- or
SELECT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_landing AS c
WHERE c.email IN (SELECT a.user FROM accelerometer_landing AS a)
-- or
SELECT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_landing AS c
INNER JOIN accelerometer_landing AS a ON a.user = c.email
-- or
SELECT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_landing AS c
INNER JOIN accelerometer_trusted AS a ON a.user = c.email
