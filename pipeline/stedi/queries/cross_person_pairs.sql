-- Rows of the training set that pair one person's motion with another person's step trainer.
SELECT s.sensorReadingTime AS reading, s.serialNumber AS device, a.user AS mover
FROM step_trainer_trusted AS s
INNER JOIN accelerometer_trusted AS a ON a.timestamp = s.sensorReadingTime
WHERE NOT EXISTS (
  SELECT 1 AS owned FROM customer_curated AS c WHERE c.email = a.user AND c.serialNumber = s.serialNumber
)
ORDER BY reading, device, mover
