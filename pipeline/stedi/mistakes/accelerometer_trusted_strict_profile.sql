-- id: strict_profile
-- table: accelerometer_trusted
-- mutation: other_variant
-- variant: strict
-- rank: 2
-- title: Readings before the consent are dropped
-- fix: Run stedi with --profile strict if that is what you want, or remove the comparison of the dates.
-- source: students of the STEDI project
-- The table has only the readings from the consent on. That is the profile
-- strict.
SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
INNER JOIN (
  SELECT c.email, MIN(c.shareWithResearchAsOfDate) AS since
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
  SELECT c.email, MIN(c.shareWithResearchAsOfDate) AS since
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
  AND a.timestamp >= c.shareWithResearchAsOfDate
-- or
SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
INNER JOIN customer_trusted AS c ON c.email = a.user
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
  AND a.timestamp > c.shareWithResearchAsOfDate
-- or
SELECT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
INNER JOIN customer_trusted AS c ON c.email = a.user
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
  AND a.timestamp >= c.shareWithResearchAsOfDate
-- or
SELECT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
INNER JOIN customer_trusted AS c ON c.email = a.user
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
  AND a.timestamp > c.shareWithResearchAsOfDate
