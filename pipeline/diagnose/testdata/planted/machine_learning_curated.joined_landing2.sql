SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z FROM step_trainer_landing s JOIN accelerometer_landing a ON s.sensorReadingTime = a.timestamp
