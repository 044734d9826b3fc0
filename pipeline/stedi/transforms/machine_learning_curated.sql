-- zone: curated
-- path: step_trainer/curated
-- alias: machine_learning/curated, machine_learning_curated, trainer/curated, curated/machine_learning, machine-learning/curated, curated/step_trainer, step_trainer_curated, ml/curated, ml_curated, curated/ml, machine_learning
-- job: machine_learning_curated
-- personal: none
-- The training set: each step with the motion readings of its millisecond.
-- No e-mail goes in, and no DISTINCT after that, which would lose rows.
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
FROM step_trainer_trusted AS s
INNER JOIN accelerometer_trusted AS a ON a.timestamp = s.sensorReadingTime
