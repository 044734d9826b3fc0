-- table: customer_trusted
-- severity: error
-- Every row has an e-mail and a serial number.
SELECT c.registrationDate
FROM customer_trusted AS c
WHERE c.email IS NULL OR c.email = ''
   OR c.serialNumber IS NULL OR c.serialNumber = ''
