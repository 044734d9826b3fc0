-- id: joined_on_customer_too
-- table: machine_learning_curated
-- mutation: other_variant
-- variant: per_customer
-- rank: 1
-- title: Joined by the customer, too
-- fix: Run stedi with --profile per_customer if that is what you want, or join on the time alone.
-- source: students of the STEDI project
-- The join asks for the time and for the same customer. That is the profile
-- per_customer.
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
FROM step_trainer_trusted AS s
INNER JOIN customer_curated AS c ON c.serialNumber = s.serialNumber
INNER JOIN accelerometer_trusted AS a ON a.user = c.email AND a.timestamp = s.sensorReadingTime
-- or
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
FROM step_trainer_trusted AS s
INNER JOIN customer_trusted AS c ON c.serialNumber = s.serialNumber
INNER JOIN accelerometer_trusted AS a ON a.user = c.email AND a.timestamp = s.sensorReadingTime
-- or
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
FROM step_trainer_trusted AS s
INNER JOIN customer_landing AS c ON c.serialNumber = s.serialNumber
INNER JOIN accelerometer_trusted AS a ON a.user = c.email AND a.timestamp = s.sensorReadingTime
