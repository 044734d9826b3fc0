-- id: inverted_consent
-- table: customer_trusted
-- rank: 1
-- title: The consent filter is inverted
-- fix: Turn the condition round: shareWithResearchAsOfDate > 0.
-- source: students of the STEDI project
-- The customers who did not agree are in the table instead of those who did.
SELECT DISTINCT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_landing AS c
WHERE c.email IS NOT NULL AND c.email <> ''
  AND c.serialNumber IS NOT NULL AND c.serialNumber <> ''
  AND (c.shareWithResearchAsOfDate IS NULL OR c.shareWithResearchAsOfDate <= 0)
-- or
SELECT DISTINCT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_landing AS c
WHERE c.email IS NOT NULL AND c.email <> ''
  AND c.serialNumber IS NOT NULL AND c.serialNumber <> ''
  AND c.shareWithResearchAsOfDate IS NULL
-- or
SELECT DISTINCT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_landing AS c
WHERE c.email IS NOT NULL AND c.email <> ''
  AND c.serialNumber IS NOT NULL AND c.serialNumber <> ''
  AND c.shareWithResearchAsOfDate <= 0
-- or
SELECT DISTINCT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM customer_landing AS c
WHERE c.email IS NOT NULL AND c.email <> ''
  AND c.serialNumber IS NOT NULL AND c.serialNumber <> ''
  AND c.shareWithResearchAsOfDate = 0
