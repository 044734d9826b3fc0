-- id: no_filter
-- table: customer_curated
-- rank: 0
-- title: No filter by readings
-- fix: Keep customers whose email is the user of a row in accelerometer_trusted.
-- source: students of the STEDI project
-- All trusted customers are in the table, also those without a trusted motion
-- reading.
SELECT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_trusted AS c
