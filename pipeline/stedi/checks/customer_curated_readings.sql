-- table: customer_curated
-- severity: error
-- Every curated customer is a trusted one with at least one trusted motion reading.
SELECT c.email, c.serialNumber
FROM customer_curated AS c
LEFT JOIN (SELECT DISTINCT t.email, t.serialNumber FROM customer_trusted AS t) AS known
  ON known.email = c.email AND known.serialNumber = c.serialNumber
LEFT JOIN (SELECT DISTINCT a.user FROM accelerometer_trusted AS a) AS moved ON moved.user = c.email
WHERE known.email IS NULL OR moved.user IS NULL
