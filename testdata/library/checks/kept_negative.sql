-- table: kept
-- severity: warning
-- A book came back before it was lent.
SELECT k.isbn
FROM kept AS k
WHERE k.days < 0
