-- also: joined_all_customers outer_join
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject FROM step_trainer_landing s
