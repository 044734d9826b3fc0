-- table: customer_curated
-- severity: error
-- Rows are unique.
SELECT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_curated AS c
GROUP BY
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
HAVING COUNT(*) > 1
