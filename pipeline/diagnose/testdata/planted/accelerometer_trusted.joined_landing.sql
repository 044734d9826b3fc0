-- also: no_filter
SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z FROM accelerometer_landing a JOIN customer_landing c ON a.user = c.email
