-- table: accelerometer_trusted
-- severity: error
-- Every motion reading's user is a trusted customer.
SELECT a.user, a.timestamp
FROM accelerometer_trusted AS a
LEFT JOIN (SELECT DISTINCT c.email FROM customer_trusted AS c) AS known ON known.email = a.user
WHERE known.email IS NULL
