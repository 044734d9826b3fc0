-- id: no_filter
-- table: step_trainer_trusted
-- rank: 0
-- title: No filter by customer
-- fix: Keep steps whose serialNumber is in customer_curated.
-- source: students of the STEDI project
-- The steps of all devices are in the table, also of people who did not agree.
SELECT DISTINCT s.sensorReadingTime, s.serialNumber, s.distanceFromObject
FROM step_trainer_landing AS s
WHERE s.sensorReadingTime IS NOT NULL
  AND s.serialNumber IS NOT NULL AND s.serialNumber <> ''
