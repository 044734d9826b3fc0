-- id: consent_date_reversed
-- table: accelerometer_trusted
-- rank: 1
-- title: The consent date is compared the wrong way round
-- fix: Without the profile strict, do not compare the dates; with it, keep a.timestamp >= the consent date.
-- source: students of the STEDI project
-- The readings before the consent are in the table instead of those after it.
SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
INNER JOIN (
  SELECT c.email, MIN(c.shareWithResearchAsOfDate) AS since
  FROM customer_trusted AS c
  GROUP BY c.email
) AS c ON c.email = a.user
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
  AND a.timestamp < c.since
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
  AND a.timestamp <= c.since
-- or
SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
INNER JOIN customer_trusted AS c ON c.email = a.user
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
  AND a.timestamp < c.shareWithResearchAsOfDate
-- or
SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
INNER JOIN customer_trusted AS c ON c.email = a.user
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
  AND a.timestamp <= c.shareWithResearchAsOfDate
-- or
SELECT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
INNER JOIN customer_trusted AS c ON c.email = a.user
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
  AND a.timestamp < c.shareWithResearchAsOfDate
-- or
SELECT a.user, a.timestamp, a.x, a.y, a.z
FROM accelerometer_landing AS a
INNER JOIN customer_trusted AS c ON c.email = a.user
WHERE a.user IS NOT NULL AND a.user <> ''
  AND a.timestamp IS NOT NULL
  AND a.timestamp <= c.shareWithResearchAsOfDate
