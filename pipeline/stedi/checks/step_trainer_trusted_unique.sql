-- table: step_trainer_trusted
-- severity: error
-- Rows are unique.
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject
FROM step_trainer_trusted AS s
GROUP BY s.sensorReadingTime, s.serialNumber, s.distanceFromObject
HAVING COUNT(*) > 1
