-- id: joined_not_deduplicated
-- table: step_trainer_trusted
-- rank: 3
-- title: One row for each row of the customer
-- fix: Use SELECT DISTINCT, or IN instead of JOIN.
-- source: students of the STEDI project
-- The join with customer_curated gives a step once for each row with its
-- serial number, and no DISTINCT follows.
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject
FROM step_trainer_landing AS s
INNER JOIN customer_curated AS c ON c.serialNumber = s.serialNumber
WHERE s.sensorReadingTime IS NOT NULL
  AND s.serialNumber IS NOT NULL AND s.serialNumber <> ''
