-- table: machine_learning_curated
-- severity: error
-- guard
-- forbidden: email user customerName name phone birthDay
-- The training set holds no e-mail, name or phone, neither as a column nor as a value.
SELECT m.serialNumber
FROM machine_learning_curated AS m
LEFT JOIN (
  SELECT DISTINCT l.customerName AS datum FROM customer_landing AS l
  UNION
  SELECT DISTINCT l.phone AS datum FROM customer_landing AS l
) AS personal ON personal.datum = m.serialNumber
WHERE m.serialNumber LIKE '%@%' OR personal.datum IS NOT NULL
