-- zone: trusted
-- path: accelerometer/trusted
-- job: accelerometer_landing_to_trusted
-- Motion readings that customers made after they had agreed to research use.
WITH complete AS (
  SELECT a.user, a.timestamp, a.x, a.y, a.z
  FROM accelerometer_landing AS a
  WHERE a.user IS NOT NULL AND a.user <> ''
    AND a.timestamp IS NOT NULL
),
consented AS (
  SELECT a.user, a.timestamp, a.x, a.y, a.z
  FROM complete AS a
  WHERE EXISTS (
    SELECT 1 FROM customer_trusted AS c
    WHERE c.email = a.user
  )
),
since_consent AS (
  SELECT a.user, a.timestamp, a.x, a.y, a.z
  FROM consented AS a
  WHERE EXISTS (
    SELECT 1 FROM customer_trusted AS c
    WHERE c.email = a.user AND c.shareWithResearchAsOfDate <= a.timestamp
  )
)
SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z
FROM since_consent AS a
