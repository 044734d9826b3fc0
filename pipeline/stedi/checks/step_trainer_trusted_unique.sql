-- table: step_trainer_trusted
-- severity: error
-- No whole row is there twice.
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject
FROM step_trainer_trusted AS s
GROUP BY s.sensorReadingTime, s.serialNumber, s.distanceFromObject
HAVING COUNT(*) > 1
