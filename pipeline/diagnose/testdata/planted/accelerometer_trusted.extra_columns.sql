SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z, c.serialNumber, c.birthDay FROM accelerometer_landing a JOIN customer_trusted c ON a.user = c.email WHERE a.user <> '' AND a.timestamp IS NOT NULL
