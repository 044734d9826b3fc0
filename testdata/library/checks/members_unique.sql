-- table: members
-- severity: error
-- Each member has one row.
SELECT m.memberId
FROM members AS m
GROUP BY m.memberId
HAVING COUNT(*) > 1
