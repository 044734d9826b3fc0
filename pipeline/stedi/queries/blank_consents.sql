-- Landing customers who have not agreed to research, by whether the date is absent or not a date.
SELECT
  CASE WHEN c.shareWithResearchAsOfDate IS NULL THEN 'no date' ELSE 'a date before 1970' END AS consent,
  count(*) AS customers
FROM customer_landing AS c
WHERE c.shareWithResearchAsOfDate IS NULL OR c.shareWithResearchAsOfDate <= 0
GROUP BY CASE WHEN c.shareWithResearchAsOfDate IS NULL THEN 'no date' ELSE 'a date before 1970' END
ORDER BY consent
