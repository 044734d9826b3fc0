-- id: joined_landing
-- table: accelerometer_trusted
-- rank: 1
-- title: Joined with customer_landing
-- fix: Read customer_trusted instead of customer_landing.
-- source: students of the STEDI project
-- The readings were joined with customer_landing, which has all customers,
-- instead of with customer_trusted.
SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
  AND a.user IN (SELECT c.email FROM customer_landing AS c)
-- or
SELECT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
INNER JOIN customer_landing AS c ON c.email = a.user
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
