-- id: joined_without_time
-- table: machine_learning_curated
-- rank: 2
-- title: Joined without the time
-- fix: Join on a.timestamp = s.sensorReadingTime.
-- source: students of the STEDI project
-- Steps and motion readings were joined by the customer alone, so each step is
-- paired with all readings of its owner.
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
FROM step_trainer_trusted AS s
INNER JOIN customer_curated AS c ON c.serialNumber = s.serialNumber
INNER JOIN accelerometer_trusted AS a ON a.user = c.email
-- or
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
FROM step_trainer_trusted AS s
INNER JOIN customer_trusted AS c ON c.serialNumber = s.serialNumber
INNER JOIN accelerometer_trusted AS a ON a.user = c.email
-- or
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
FROM step_trainer_trusted AS s
INNER JOIN customer_landing AS c ON c.serialNumber = s.serialNumber
INNER JOIN accelerometer_trusted AS a ON a.user = c.email
