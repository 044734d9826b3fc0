-- id: joined_landing
-- table: machine_learning_curated
-- rank: 1
-- title: Made from a landing table
-- fix: Read step_trainer_trusted and accelerometer_trusted.
-- source: students of the STEDI project
-- The join reads step_trainer_landing or accelerometer_landing, so rows of
-- people who did not agree are in the training set.
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
FROM step_trainer_landing AS s
INNER JOIN accelerometer_trusted AS a ON a.timestamp = s.sensorReadingTime
-- or
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
FROM step_trainer_trusted AS s
INNER JOIN accelerometer_landing AS a ON a.timestamp = s.sensorReadingTime
-- or
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
FROM step_trainer_landing AS s
INNER JOIN accelerometer_landing AS a ON a.timestamp = s.sensorReadingTime
