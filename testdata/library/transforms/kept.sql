-- zone: clean
-- path: kept
-- How long each book that came back was kept.
SELECT l.memberId, l.isbn, l.returnedOn - l.lentOn AS days
FROM lendings AS l
WHERE l.returnedOn IS NOT NULL
