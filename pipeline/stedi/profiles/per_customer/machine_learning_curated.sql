-- zone: curated
-- path: step_trainer/curated
-- alias: machine_learning/curated, machine_learning_curated, trainer/curated, curated/machine_learning, machine-learning/curated, curated/step_trainer, step_trainer_curated, ml/curated, ml_curated, curated/ml, machine_learning
-- job: machine_learning_curated
-- personal: none
-- The training set: each step with the motion readings that the owner of the
-- same step trainer made in that millisecond. Owners are made distinct first:
-- a join on the customers themselves would multiply rows.
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
FROM step_trainer_trusted AS s
INNER JOIN accelerometer_trusted AS a ON a.timestamp = s.sensorReadingTime
INNER JOIN (
  SELECT DISTINCT c.email, c.serialNumber
  FROM customer_curated AS c
) AS c ON c.email = a.user AND c.serialNumber = s.serialNumber
