WITH measured AS (
  SELECT
    c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
    c.registrationDate, c.lastUpdateDate,
    c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
  FROM customer_trusted AS c
  WHERE c.email IN (SELECT a.user FROM accelerometer_trusted AS a)
)
SELECT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM measured AS c
 UNION ALL SELECT * FROM (WITH measured AS (
  SELECT
    c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
    c.registrationDate, c.lastUpdateDate,
    c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
  FROM customer_trusted AS c
  WHERE c.email IN (SELECT a.user FROM accelerometer_trusted AS a)
)
SELECT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM measured AS c
)
