SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y FROM step_trainer_trusted s JOIN accelerometer_trusted a ON s.sensorReadingTime = a.timestamp
