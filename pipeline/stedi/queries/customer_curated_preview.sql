-- The first curated customers: those who agreed and have readings.
SELECT c.customername, c.email, c.serialnumber, c.birthday, c.registrationdate, c.sharewithresearchasofdate
FROM customer_curated AS c
ORDER BY c.email, c.serialnumber
LIMIT 100
