-- zone: trusted
-- path: customer/trusted
-- alias: trusted/customer, customer_trusted, customers/trusted, trusted/customers, customers_trusted
-- job: customer_landing_to_trusted
-- Customers who agreed to share their data for research.
WITH complete AS (
  SELECT
    c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
    c.registrationDate, c.lastUpdateDate,
    c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
  FROM customer_landing AS c
  WHERE c.email IS NOT NULL AND c.email <> ''
    AND c.serialNumber IS NOT NULL AND c.serialNumber <> ''
),
consented AS (
  SELECT
    c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
    c.registrationDate, c.lastUpdateDate,
    c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
  FROM complete AS c
  WHERE c.shareWithResearchAsOfDate > 0
)
SELECT DISTINCT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM consented AS c
