-- id: compared_with_registration
-- table: accelerometer_trusted
-- rank: 2
-- title: Readings are compared with the registration
-- fix: Remove the condition, or compare with shareWithResearchAsOfDate in the profile strict.
-- source: students of the STEDI project
-- Only readings after registrationDate or lastUpdateDate are in the table. The
-- registration is not the consent.
SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
INNER JOIN (
  SELECT c.email, MIN(c.registrationDate) AS since
  FROM customer_trusted AS c
  GROUP BY c.email
) AS c ON c.email = a.user
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
  AND a.timestamp >= c.since
-- or
SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
INNER JOIN (
  SELECT c.email, MIN(c.registrationDate) AS since
  FROM customer_trusted AS c
  GROUP BY c.email
) AS c ON c.email = a.user
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
  AND a.timestamp > c.since
-- or
SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
INNER JOIN customer_trusted AS c ON c.email = a.user
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
  AND a.timestamp >= c.registrationDate
-- or
SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
INNER JOIN customer_trusted AS c ON c.email = a.user
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
  AND a.timestamp > c.registrationDate
-- or
SELECT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
INNER JOIN customer_trusted AS c ON c.email = a.user
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
  AND a.timestamp >= c.registrationDate
-- or
SELECT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
INNER JOIN customer_trusted AS c ON c.email = a.user
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
  AND a.timestamp > c.registrationDate
-- or
SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
INNER JOIN (
  SELECT c.email, MIN(c.lastUpdateDate) AS since
  FROM customer_trusted AS c
  GROUP BY c.email
) AS c ON c.email = a.user
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
  AND a.timestamp >= c.since
-- or
SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
INNER JOIN customer_trusted AS c ON c.email = a.user
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
  AND a.timestamp >= c.lastUpdateDate
-- or
SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
INNER JOIN (
  SELECT c.email, MIN(c.registrationDate) AS since
  FROM customer_trusted AS c
  GROUP BY c.email
) AS c ON c.email = a.user
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
  AND a.timestamp <= c.since
-- or
SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
INNER JOIN customer_trusted AS c ON c.email = a.user
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
  AND a.timestamp <= c.registrationDate
-- or
SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
INNER JOIN customer_trusted AS c ON c.email = a.user
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
  AND a.timestamp < c.registrationDate
