-- table: accelerometer_trusted
-- severity: error
-- guard
-- Every trusted motion reading is of a person who has agreed to research use.
SELECT a.user
FROM accelerometer_trusted AS a
LEFT JOIN (
  SELECT DISTINCT l.email
  FROM customer_landing AS l
  WHERE l.shareWithResearchAsOfDate > 0
) AS agreed ON agreed.email = a.user
WHERE agreed.email IS NULL
