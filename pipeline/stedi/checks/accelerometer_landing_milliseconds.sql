-- table: accelerometer_landing
-- severity: error
-- Times are epoch milliseconds between the years 2000 and 2100.
SELECT 'timestamp looks like ' || CASE WHEN a.timestamp < 100000000000 THEN 'seconds' ELSE 'microseconds or smaller' END AS message
FROM accelerometer_landing AS a
WHERE a.timestamp <> 0 AND (a.timestamp < 946684800000 OR a.timestamp >= 4102444800000)
