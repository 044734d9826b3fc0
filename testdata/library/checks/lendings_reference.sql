-- table: lendings
-- severity: error
-- guard
-- No reference book has left the house.
SELECT l.isbn
FROM lendings AS l
INNER JOIN books AS b ON b.isbn = l.isbn
WHERE b.reference
