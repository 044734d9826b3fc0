-- The number of rows of each landing table.
SELECT 'customer_landing' AS landing, count(*) AS n FROM customer_landing AS c
UNION ALL
SELECT 'accelerometer_landing' AS landing, count(*) AS n FROM accelerometer_landing AS a
UNION ALL
SELECT 'step_trainer_landing' AS landing, count(*) AS n FROM step_trainer_landing AS s
ORDER BY landing
