-- zone: clean
-- path: lendings
-- Loans of books that are known and may leave the house.
WITH complete AS (
  SELECT l.memberId, l.isbn, l.lentOn, l.returnedOn
  FROM loans AS l
  WHERE l.memberId IS NOT NULL AND l.isbn IS NOT NULL AND l.lentOn IS NOT NULL
),
allowed AS (
  SELECT l.memberId, l.isbn, l.lentOn, l.returnedOn
  FROM complete AS l
  WHERE l.isbn IN (SELECT b.isbn FROM books AS b WHERE b.reference IS NULL OR NOT b.reference)
)
SELECT DISTINCT l.memberId, l.isbn, l.lentOn, l.returnedOn
FROM allowed AS l
