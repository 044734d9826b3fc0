-- table: step_trainer_landing
-- severity: error
-- Times are epoch milliseconds between the years 2000 and 2100.
SELECT 'sensorReadingTime looks like ' || CASE WHEN s.sensorReadingTime < 100000000000 THEN 'seconds' ELSE 'microseconds or smaller' END AS message
FROM step_trainer_landing AS s
WHERE s.sensorReadingTime <> 0 AND (s.sensorReadingTime < 946684800000 OR s.sensorReadingTime >= 4102444800000)
