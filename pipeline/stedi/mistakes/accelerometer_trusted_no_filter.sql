-- id: no_filter
-- table: accelerometer_trusted
-- rank: 0
-- title: No filter by customer
-- fix: Keep readings whose user is the email of a row in customer_trusted.
-- source: students of the STEDI project
-- The readings of all people are in the table, also of those who did not
-- agree.
SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
