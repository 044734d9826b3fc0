-- zone: trusted
-- path: accelerometer/trusted
-- alias: trusted/accelerometer, accelerometer_trusted, accelerometers/trusted
-- job: accelerometer_landing_to_trusted
-- Motion readings that customers made after they had agreed to research use.
-- Where an e-mail agreed several times, the earliest counts.
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
),
since_consent AS (
  SELECT a.user, a.timestamp, a.x, a.y, a.z
  FROM consented AS a
  INNER JOIN (
    SELECT c.email, MIN(c.shareWithResearchAsOfDate) AS since
    FROM customer_trusted AS c
    GROUP BY c.email
  ) AS c ON c.email = a.user
  WHERE a.timestamp >= c.since
)
SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z
FROM since_consent AS a
