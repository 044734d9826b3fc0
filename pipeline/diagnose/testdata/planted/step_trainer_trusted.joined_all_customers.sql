-- also: no_filter
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject FROM step_trainer_landing s JOIN customer_landing c ON s.serialNumber = c.serialNumber
