SELECT DISTINCT s.sensorReadingTime, s.serialNumber, s.distanceFromObject FROM step_trainer_landing s JOIN accelerometer_trusted a ON s.sensorReadingTime = a.timestamp
