-- zone: trusted
-- path: accelerometer/trusted
-- alias: trusted/accelerometer, accelerometer_trusted, accelerometers/trusted
-- job: accelerometer_landing_to_trusted
-- Motion readings of customers who agreed to share their data for research.
WITH complete AS (
  SELECT a.user, a.timestamp, a.x, a.y, a.z
  FROM accelerometer_landing AS a
  WHERE a.user IS NOT NULL AND a.user <> ''
    AND a.timestamp IS NOT NULL
),
consented AS (
  SELECT a.user, a.timestamp, a.x, a.y, a.z
  FROM complete AS a
  WHERE a.user IN (SELECT c.email FROM customer_trusted AS c)
)
SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z
FROM consented AS a
