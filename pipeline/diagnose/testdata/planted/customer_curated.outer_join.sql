-- also: joined_landing no_filter
SELECT c.customerName, c.email, c.phone, c.birthDay, c.serialNumber, c.registrationDate, c.lastUpdateDate, c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate FROM customer_landing c LEFT JOIN accelerometer_trusted a ON a.user = c.email
