-- table: machine_learning_curated
-- severity: error
-- Every row has a time and a serial number.
SELECT m.distanceFromObject
FROM machine_learning_curated AS m
WHERE m.sensorReadingTime IS NULL OR m.serialNumber IS NULL OR m.serialNumber = ''
