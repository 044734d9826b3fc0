-- table: step_trainer_trusted
-- severity: error
-- guard
-- Every trusted step reading is of a device whose owner has agreed to research use.
SELECT s.serialNumber
FROM step_trainer_trusted AS s
LEFT JOIN (
  SELECT DISTINCT l.serialNumber
  FROM customer_landing AS l
  WHERE l.shareWithResearchAsOfDate > 0
) AS agreed ON agreed.serialNumber = s.serialNumber
WHERE agreed.serialNumber IS NULL
