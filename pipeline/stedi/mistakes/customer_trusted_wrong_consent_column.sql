-- id: wrong_consent_column
-- table: customer_trusted
-- rank: 1
-- title: Another consent is asked for
-- fix: Ask for shareWithResearchAsOfDate.
-- source: students of the STEDI project
-- The filter asks for consent to share with the public or with friends, not
-- for research.
SELECT DISTINCT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_landing AS c
WHERE c.email IS NOT NULL AND c.email <> ''
  AND c.serialNumber IS NOT NULL AND c.serialNumber <> ''
  AND c.shareWithPublicAsOfDate > 0
-- or
SELECT DISTINCT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_landing AS c
WHERE c.email IS NOT NULL AND c.email <> ''
  AND c.serialNumber IS NOT NULL AND c.serialNumber <> ''
  AND c.shareWithFriendsAsOfDate > 0
-- or
SELECT DISTINCT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_landing AS c
WHERE c.email IS NOT NULL AND c.email <> ''
  AND c.serialNumber IS NOT NULL AND c.serialNumber <> ''
  AND c.shareWithPublicAsOfDate IS NOT NULL
-- or
SELECT DISTINCT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_landing AS c
WHERE c.email IS NOT NULL AND c.email <> ''
  AND c.serialNumber IS NOT NULL AND c.serialNumber <> ''
  AND c.shareWithFriendsAsOfDate IS NOT NULL
