-- id: joined_not_deduplicated
-- table: customer_curated
-- rank: 1
-- title: One row for each reading
-- fix: Use SELECT DISTINCT, or IN instead of JOIN.
-- source: students of the STEDI project
-- The join with accelerometer_trusted gives a customer once for each reading,
-- and no DISTINCT follows.
SELECT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_trusted AS c
INNER JOIN accelerometer_trusted AS a ON a.user = c.email
-- or
SELECT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_trusted AS c
INNER JOIN accelerometer_landing AS a ON a.user = c.email
