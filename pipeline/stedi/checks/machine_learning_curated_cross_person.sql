-- table: machine_learning_curated
-- severity: warning
-- Rows pair one person's motion with another person's device, because a timestamp alone does not identify a person. The variant per_customer (--profile per_customer) leaves them out.
WITH owners AS (
  SELECT DISTINCT c.email, c.serialNumber
  FROM customer_curated AS c
),
own AS (
  SELECT s.sensorReadingTime, s.serialNumber, COUNT(*) AS n
  FROM step_trainer_trusted AS s
  INNER JOIN accelerometer_trusted AS a ON a.timestamp = s.sensorReadingTime
  INNER JOIN owners AS o ON o.email = a.user AND o.serialNumber = s.serialNumber
  GROUP BY s.sensorReadingTime, s.serialNumber
),
made AS (
  SELECT m.sensorReadingTime, m.serialNumber, COUNT(*) AS n
  FROM machine_learning_curated AS m
  GROUP BY m.sensorReadingTime, m.serialNumber
)
SELECT s.sensorReadingTime, s.serialNumber
FROM step_trainer_trusted AS s
INNER JOIN accelerometer_trusted AS a ON a.timestamp = s.sensorReadingTime
INNER JOIN made AS m ON m.sensorReadingTime = s.sensorReadingTime AND m.serialNumber = s.serialNumber
LEFT JOIN own AS w ON w.sensorReadingTime = s.sensorReadingTime AND w.serialNumber = s.serialNumber
LEFT JOIN owners AS o ON o.email = a.user AND o.serialNumber = s.serialNumber
WHERE o.email IS NULL AND m.n > COALESCE(w.n, 0)
