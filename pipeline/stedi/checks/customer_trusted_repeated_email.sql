-- table: customer_trusted
-- severity: warning
-- An e-mail has several rows: one person with several devices, or entered twice.
SELECT c.email
FROM customer_trusted AS c
GROUP BY c.email
HAVING COUNT(*) > 1
