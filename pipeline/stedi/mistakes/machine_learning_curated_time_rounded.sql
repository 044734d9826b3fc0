-- id: time_rounded
-- table: machine_learning_curated
-- rank: 3
-- title: Times are compared in seconds
-- fix: Compare the times as they are, in milliseconds.
-- source: students of the STEDI project
-- The join compares times without their milliseconds, so steps and readings of
-- the same second are paired.
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
FROM step_trainer_trusted AS s
INNER JOIN accelerometer_trusted AS a ON a.timestamp // 1000 = s.sensorReadingTime // 1000
-- or
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
FROM step_trainer_trusted AS s
INNER JOIN accelerometer_trusted AS a ON round(a.timestamp / 1000) = round(s.sensorReadingTime / 1000)
-- or
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
FROM step_trainer_trusted AS s
INNER JOIN accelerometer_trusted AS a ON a.timestamp // 60000 = s.sensorReadingTime // 60000
