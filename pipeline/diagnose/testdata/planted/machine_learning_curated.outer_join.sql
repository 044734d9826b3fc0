-- also: joined_landing
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z FROM step_trainer_landing s LEFT JOIN accelerometer_trusted a ON s.sensorReadingTime = a.timestamp
