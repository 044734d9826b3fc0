-- How many trusted motion readings each person has.
SELECT a.user AS person, count(*) AS readings, min(a.timestamp) AS first_reading, max(a.timestamp) AS last_reading
FROM accelerometer_trusted AS a
GROUP BY a.user
ORDER BY readings DESC, person
