-- table: accelerometer_trusted
-- severity: error
-- Rows are unique.
SELECT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_trusted AS a
GROUP BY a.user, a.timestamp, a.x, a.y, a.z
HAVING COUNT(*) > 1
