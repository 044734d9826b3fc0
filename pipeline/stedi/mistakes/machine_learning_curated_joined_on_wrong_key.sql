-- id: joined_on_wrong_key
-- table: machine_learning_curated
-- rank: 3
-- title: Joined on another column
-- fix: Join on a.timestamp = s.sensorReadingTime.
-- source: students of the STEDI project
-- The join compares columns that do not identify the same thing.
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
FROM step_trainer_trusted AS s
INNER JOIN accelerometer_trusted AS a ON a.user = s.serialNumber
-- or
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
FROM step_trainer_trusted AS s
INNER JOIN customer_curated AS c ON c.serialNumber = s.serialNumber
INNER JOIN accelerometer_trusted AS a ON a.user = c.email AND a.timestamp = c.registrationDate
