-- zone: desk
-- path: desk/reminders
-- Members to write to, and whether they may borrow more.
SELECT m.memberId, m.late, m.late < 2 AS may_borrow
FROM members AS m
WHERE m.late > 0
