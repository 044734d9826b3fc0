-- table: accelerometer_trusted
-- severity: error
-- Every row has a user and a timestamp.
SELECT a.x
FROM accelerometer_trusted AS a
WHERE a.user IS NULL OR a.user = '' OR a.timestamp IS NULL
