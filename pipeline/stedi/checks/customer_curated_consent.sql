-- table: customer_curated
-- severity: error
-- guard
-- Every curated customer has agreed to research use.
SELECT c.email, c.serialNumber
FROM customer_curated AS c
LEFT JOIN (
  SELECT DISTINCT l.email
  FROM customer_landing AS l
  WHERE l.shareWithResearchAsOfDate > 0
) AS agreed ON agreed.email = c.email
WHERE agreed.email IS NULL
