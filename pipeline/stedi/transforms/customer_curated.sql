-- zone: curated
-- path: customer/curated
-- alias: customers_curated, curated/customer, customer_curated, customers/curated, curated/customers
-- job: customer_trusted_to_curated
-- Trusted customers who have at least one trusted motion reading.
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
