SELECT a.user, a.timestamp, a.x, a.y, a.z FROM accelerometer_landing AS a
