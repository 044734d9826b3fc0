-- table: customer_trusted
-- severity: warning
-- A serial number has several rows: one device with several owners, or entered twice.
SELECT c.serialNumber
FROM customer_trusted AS c
GROUP BY c.serialNumber
HAVING COUNT(*) > 1
