-- zone: desk
-- path: desk/members
-- What the desk should know of each member.
WITH moves AS (
  SELECT k.memberId, k.days, 0 AS late FROM kept AS k
  UNION ALL
  SELECT o.memberId, o.days, 1 AS late FROM overdue AS o
)
SELECT
  m.memberId,
  COUNT(*) AS books,
  CAST(SUM(m.late) AS BIGINT) AS late,
  MAX(m.days) AS longest
FROM moves AS m
GROUP BY m.memberId
