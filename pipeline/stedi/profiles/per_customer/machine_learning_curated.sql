-- zone: curated
-- path: step_trainer/curated
-- job: machine_learning_curated
-- The training set: each step with the motion readings that the owner of the
-- same step trainer made in that millisecond. An inner join on the customer
-- would multiply rows where a person has several devices, so EXISTS.
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
FROM step_trainer_trusted AS s
INNER JOIN accelerometer_trusted AS a ON a.timestamp = s.sensorReadingTime
WHERE EXISTS (
  SELECT 1 FROM customer_curated AS c
  WHERE c.email = a.user AND c.serialNumber = s.serialNumber
)
