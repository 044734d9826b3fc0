-- table: customer_trusted
-- severity: error
-- guard
-- Every trusted customer has agreed to research use, in the row itself and in landing.
SELECT c.email, c.serialNumber
FROM customer_trusted AS c
LEFT JOIN (
  SELECT DISTINCT l.email
  FROM customer_landing AS l
  WHERE l.shareWithResearchAsOfDate > 0
) AS agreed ON agreed.email = c.email
WHERE agreed.email IS NULL
   OR c.shareWithResearchAsOfDate IS NULL
   OR c.shareWithResearchAsOfDate <= 0
