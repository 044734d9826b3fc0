-- zone: clean
-- path: overdue
-- Books that are out for more than 56 days on the last day that anything happened.
WITH today AS (
  SELECT MAX(CASE WHEN l.returnedOn > l.lentOn THEN l.returnedOn ELSE l.lentOn END) AS day
  FROM lendings AS l
)
SELECT l.memberId, l.isbn, t.day - l.lentOn AS days
FROM lendings AS l
INNER JOIN today AS t ON t.day - l.lentOn > 56
WHERE l.returnedOn IS NULL
