-- table: step_trainer_trusted
-- severity: error
-- Every row has a time and a serial number.
SELECT s.distanceFromObject
FROM step_trainer_trusted AS s
WHERE s.sensorReadingTime IS NULL OR s.serialNumber IS NULL OR s.serialNumber = ''
