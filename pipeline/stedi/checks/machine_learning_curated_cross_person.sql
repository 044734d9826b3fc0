-- table: machine_learning_curated
-- severity: warning
-- Rows pair one person's motion with another person's device, because a timestamp alone does not identify a person. The variant per_customer (--profile per_customer) leaves them out.
WITH owners AS (
  SELECT DISTINCT c.email, c.serialNumber
  FROM customer_curated AS c
),
strangers AS (
  SELECT s.sensorReadingTime, s.serialNumber
  FROM step_trainer_trusted AS s
  INNER JOIN accelerometer_trusted AS a ON a.timestamp = s.sensorReadingTime
  LEFT JOIN owners AS o ON o.email = a.user AND o.serialNumber = s.serialNumber
  WHERE o.email IS NULL
),
suspects AS (
  SELECT DISTINCT t.sensorReadingTime, t.serialNumber
  FROM strangers AS t
),
own AS (
  SELECT s.sensorReadingTime, s.serialNumber, COUNT(*) AS n
  FROM suspects AS k
  INNER JOIN step_trainer_trusted AS s ON s.sensorReadingTime = k.sensorReadingTime AND s.serialNumber = k.serialNumber
  INNER JOIN accelerometer_trusted AS a ON a.timestamp = s.sensorReadingTime
  INNER JOIN owners AS o ON o.email = a.user AND o.serialNumber = s.serialNumber
  GROUP BY s.sensorReadingTime, s.serialNumber
),
made AS (
  SELECT m.sensorReadingTime, m.serialNumber, COUNT(*) AS n
  FROM suspects AS k
  INNER JOIN machine_learning_curated AS m ON m.sensorReadingTime = k.sensorReadingTime AND m.serialNumber = k.serialNumber
  GROUP BY m.sensorReadingTime, m.serialNumber
)
SELECT t.sensorReadingTime, t.serialNumber
FROM strangers AS t
INNER JOIN made AS m ON m.sensorReadingTime = t.sensorReadingTime AND m.serialNumber = t.serialNumber
LEFT JOIN own AS w ON w.sensorReadingTime = t.sensorReadingTime AND w.serialNumber = t.serialNumber
WHERE m.n > COALESCE(w.n, 0)
