-- table: customer_landing
-- severity: error
-- Dates are epoch milliseconds between the years 2000 and 2100; 0 is no date.
SELECT d.name || ' looks like ' || CASE WHEN d.value < 100000000000 THEN 'seconds' ELSE 'microseconds or smaller' END AS message
FROM (
  SELECT 'registrationDate' AS name, c.registrationDate AS value FROM customer_landing AS c
  UNION ALL
  SELECT 'lastUpdateDate' AS name, c.lastUpdateDate AS value FROM customer_landing AS c
  UNION ALL
  SELECT 'shareWithResearchAsOfDate' AS name, c.shareWithResearchAsOfDate AS value FROM customer_landing AS c
  UNION ALL
  SELECT 'shareWithPublicAsOfDate' AS name, c.shareWithPublicAsOfDate AS value FROM customer_landing AS c
  UNION ALL
  SELECT 'shareWithFriendsAsOfDate' AS name, c.shareWithFriendsAsOfDate AS value FROM customer_landing AS c
) AS d
WHERE d.value <> 0 AND (d.value < 946684800000 OR d.value >= 4102444800000)
