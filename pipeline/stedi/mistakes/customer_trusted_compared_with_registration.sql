-- id: compared_with_registration
-- table: customer_trusted
-- rank: 2
-- title: Consent is compared with the registration
-- fix: Ask for shareWithResearchAsOfDate > 0.
-- source: students of the STEDI project
-- The filter compares the consent with registrationDate or lastUpdateDate. A
-- customer may agree at any time.
SELECT DISTINCT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_landing AS c
WHERE c.email IS NOT NULL AND c.email <> ''
  AND c.serialNumber IS NOT NULL AND c.serialNumber <> ''
  AND c.shareWithResearchAsOfDate >= c.registrationDate
-- or
SELECT DISTINCT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_landing AS c
WHERE c.email IS NOT NULL AND c.email <> ''
  AND c.serialNumber IS NOT NULL AND c.serialNumber <> ''
  AND c.shareWithResearchAsOfDate > c.registrationDate
-- or
SELECT DISTINCT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_landing AS c
WHERE c.email IS NOT NULL AND c.email <> ''
  AND c.serialNumber IS NOT NULL AND c.serialNumber <> ''
  AND c.shareWithResearchAsOfDate <= c.registrationDate
-- or
SELECT DISTINCT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_landing AS c
WHERE c.email IS NOT NULL AND c.email <> ''
  AND c.serialNumber IS NOT NULL AND c.serialNumber <> ''
  AND c.shareWithResearchAsOfDate < c.registrationDate
-- or
SELECT DISTINCT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_landing AS c
WHERE c.email IS NOT NULL AND c.email <> ''
  AND c.serialNumber IS NOT NULL AND c.serialNumber <> ''
  AND c.shareWithResearchAsOfDate = c.registrationDate
-- or
SELECT DISTINCT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_landing AS c
WHERE c.email IS NOT NULL AND c.email <> ''
  AND c.serialNumber IS NOT NULL AND c.serialNumber <> ''
  AND c.shareWithResearchAsOfDate >= c.lastUpdateDate
-- or
SELECT DISTINCT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_landing AS c
WHERE c.email IS NOT NULL AND c.email <> ''
  AND c.serialNumber IS NOT NULL AND c.serialNumber <> ''
  AND c.shareWithResearchAsOfDate <= c.lastUpdateDate
