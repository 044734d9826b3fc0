-- id: joined_all_customers
-- table: step_trainer_trusted
-- rank: 1
-- title: Joined with all customers
-- fix: Read customer_curated instead of customer_landing.
-- source: students of the STEDI project
-- The steps were joined with customer_landing, which has all customers,
-- instead of with customer_curated.
SELECT DISTINCT s.sensorReadingTime, s.serialNumber, s.distanceFromObject
FROM step_trainer_landing AS s
WHERE s.sensorReadingTime IS NOT NULL
  AND s.serialNumber IS NOT NULL AND s.serialNumber <> ''
  AND s.serialNumber IN (SELECT c.serialNumber FROM customer_landing AS c)
-- or
SELECT DISTINCT s.sensorReadingTime, s.serialNumber, s.distanceFromObject
FROM step_trainer_landing AS s
WHERE s.sensorReadingTime IS NOT NULL
  AND s.serialNumber IS NOT NULL AND s.serialNumber <> ''
  AND s.serialNumber IN (SELECT c.serialNumber FROM customer_trusted AS c)
-- or
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject
FROM step_trainer_landing AS s
INNER JOIN customer_landing AS c ON c.serialNumber = s.serialNumber
WHERE s.sensorReadingTime IS NOT NULL
  AND s.serialNumber IS NOT NULL AND s.serialNumber <> ''
-- or
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject
FROM step_trainer_landing AS s
INNER JOIN customer_trusted AS c ON c.serialNumber = s.serialNumber
WHERE s.sensorReadingTime IS NOT NULL
  AND s.serialNumber IS NOT NULL AND s.serialNumber <> ''
