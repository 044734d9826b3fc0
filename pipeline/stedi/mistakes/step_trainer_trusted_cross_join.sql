-- id: cross_join
-- table: step_trainer_trusted
-- rank: 3
-- title: Every step with every customer
-- fix: Join on c.serialNumber = s.serialNumber.
-- source: students of the STEDI project
-- The join with customer_curated has no condition, so each step is paired with
-- each customer.
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject
FROM step_trainer_landing AS s
CROSS JOIN customer_curated AS c
-- or
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject
FROM step_trainer_landing AS s
CROSS JOIN customer_curated AS c
WHERE s.sensorReadingTime IS NOT NULL
  AND s.serialNumber IS NOT NULL AND s.serialNumber <> ''
