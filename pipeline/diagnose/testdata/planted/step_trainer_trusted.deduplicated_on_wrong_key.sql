WITH complete AS (
  SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject
  FROM step_trainer_landing AS s
  WHERE s.sensorReadingTime IS NOT NULL
    AND s.serialNumber IS NOT NULL AND s.serialNumber <> ''
),
owned AS (
  SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject
  FROM complete AS s
  WHERE s.serialNumber IN (SELECT c.serialNumber FROM customer_curated AS c)
)
SELECT DISTINCT ON (s.sensorReadingTime) s.sensorReadingTime, s.serialNumber, s.distanceFromObject
FROM owned AS s
