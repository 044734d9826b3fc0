-- id: joined_on_wrong_key
-- table: step_trainer_trusted
-- rank: 3
-- title: Joined on another column
-- fix: Join on c.serialNumber = s.serialNumber.
-- source: students of the STEDI project
-- The join compares columns that do not identify the same thing, such as a
-- time with a registration date.
SELECT DISTINCT s.sensorReadingTime, s.serialNumber, s.distanceFromObject
FROM step_trainer_landing AS s
WHERE s.sensorReadingTime IS NOT NULL
  AND s.serialNumber IS NOT NULL AND s.serialNumber <> ''
  AND s.sensorReadingTime IN (SELECT a.timestamp FROM accelerometer_trusted AS a)
-- or
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject
FROM step_trainer_landing AS s
INNER JOIN accelerometer_trusted AS a ON a.timestamp = s.sensorReadingTime
WHERE s.sensorReadingTime IS NOT NULL
  AND s.serialNumber IS NOT NULL AND s.serialNumber <> ''
-- or
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject
FROM step_trainer_landing AS s
INNER JOIN customer_curated AS c ON c.registrationDate = s.sensorReadingTime
WHERE s.sensorReadingTime IS NOT NULL
  AND s.serialNumber IS NOT NULL AND s.serialNumber <> ''
