-- zone: trusted
-- path: step_trainer/trusted
-- alias: trusted/step_trainer, step_trainer_trusted, trainer/trusted, trusted/trainer, step-trainer/trusted, step_trainers/trusted
-- job: step_trainer_trusted
-- Step trainer readings of devices that belong to curated customers.
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
SELECT DISTINCT s.sensorReadingTime, s.serialNumber, s.distanceFromObject
FROM owned AS s
