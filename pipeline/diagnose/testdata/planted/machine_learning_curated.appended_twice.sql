SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
FROM step_trainer_trusted AS s
INNER JOIN accelerometer_trusted AS a ON a.timestamp = s.sensorReadingTime
 UNION ALL SELECT * FROM (SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
FROM step_trainer_trusted AS s
INNER JOIN accelerometer_trusted AS a ON a.timestamp = s.sensorReadingTime
)
