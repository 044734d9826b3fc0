-- table: step_trainer_trusted
-- severity: error
-- Every step reading's serial number belongs to a curated customer.
SELECT s.serialNumber, s.sensorReadingTime
FROM step_trainer_trusted AS s
LEFT JOIN (SELECT DISTINCT c.serialNumber FROM customer_curated AS c) AS known ON known.serialNumber = s.serialNumber
WHERE known.serialNumber IS NULL
