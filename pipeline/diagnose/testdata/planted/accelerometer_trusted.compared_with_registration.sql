SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z FROM accelerometer_landing a JOIN customer_trusted c ON a.user = c.email WHERE a.timestamp <= c.registrationDate
