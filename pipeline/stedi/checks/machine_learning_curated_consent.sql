-- table: machine_learning_curated
-- severity: error
-- guard
-- Every row of the training set is of a device whose owner has agreed to research use.
SELECT m.serialNumber
FROM machine_learning_curated AS m
LEFT JOIN (
  SELECT DISTINCT l.serialNumber
  FROM customer_landing AS l
  WHERE l.shareWithResearchAsOfDate > 0
) AS agreed ON agreed.serialNumber = m.serialNumber
WHERE agreed.serialNumber IS NULL
