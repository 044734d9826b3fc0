-- alone
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
SELECT DISTINCT a.user, a.timestamp, CAST(a.x AS VARCHAR) AS x, a.y, a.z
FROM consented AS a
