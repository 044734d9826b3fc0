SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z FROM step_trainer_trusted s JOIN accelerometer_trusted a ON s.sensorReadingTime // 1000 = a.timestamp // 1000
