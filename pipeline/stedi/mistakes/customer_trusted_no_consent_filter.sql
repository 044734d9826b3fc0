-- id: no_consent_filter
-- table: customer_trusted
-- rank: 0
-- title: Consent is not asked for
-- fix: Keep customers with shareWithResearchAsOfDate > 0.
-- source: students of the STEDI project
-- All customers are in the table, also those who never agreed to share their
-- data for research.
SELECT DISTINCT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_landing AS c
WHERE c.email IS NOT NULL AND c.email <> ''
  AND c.serialNumber IS NOT NULL AND c.serialNumber <> ''
