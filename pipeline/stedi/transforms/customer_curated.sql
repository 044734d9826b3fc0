-- zone: curated
-- path: customer/curated
-- job: customer_trusted_to_curated
-- Trusted customers who have at least one trusted motion reading.
WITH measured AS (
  SELECT
    c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
    c.registrationDate, c.lastUpdateDate,
    c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
  FROM customer_trusted AS c
  WHERE EXISTS (
    SELECT 1 FROM accelerometer_trusted AS a
    WHERE a.user = c.email
  )
)
SELECT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM measured AS c
