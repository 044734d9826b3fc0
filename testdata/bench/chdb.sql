-- The five tables in ClickHouse's dialect, run by chdb_rival.py: tables kept
-- in memory, landing files read once with explicit columns.
SET max_insert_threads = 0;
SET output_format_json_quote_64bit_integers = 0;

CREATE TABLE customer_trusted ENGINE = Memory AS
SELECT DISTINCT *
FROM file('${lake}/customer/landing/*.json', JSONEachRow, '
  customerName Nullable(String), email Nullable(String), phone Nullable(String),
  birthDay Nullable(String), serialNumber Nullable(String),
  registrationDate Nullable(Int64), lastUpdateDate Nullable(Int64),
  shareWithResearchAsOfDate Nullable(Int64), shareWithPublicAsOfDate Nullable(Int64),
  shareWithFriendsAsOfDate Nullable(Int64)
')
WHERE email <> '' AND serialNumber <> '' AND shareWithResearchAsOfDate > 0;

CREATE TABLE accelerometer_trusted ENGINE = Memory AS
SELECT DISTINCT *
FROM file('${lake}/accelerometer/landing/*.json', JSONEachRow, '
  user Nullable(String), timestamp Nullable(Int64),
  x Nullable(Float64), y Nullable(Float64), z Nullable(Float64)
')
WHERE timestamp IS NOT NULL AND user IN (SELECT email FROM customer_trusted);

CREATE TABLE customer_curated ENGINE = Memory AS
SELECT * FROM customer_trusted
WHERE email IN (SELECT user FROM accelerometer_trusted);

CREATE TABLE step_trainer_trusted ENGINE = Memory AS
SELECT DISTINCT *
FROM file('${lake}/step_trainer/landing/*.json', JSONEachRow, '
  sensorReadingTime Nullable(Int64), serialNumber Nullable(String),
  distanceFromObject Nullable(Int32)
')
WHERE sensorReadingTime IS NOT NULL
  AND serialNumber IN (SELECT serialNumber FROM customer_curated);

INSERT INTO FUNCTION file('${out}/customer_trusted.json', JSONEachRow)
SELECT * FROM customer_trusted;

INSERT INTO FUNCTION file('${out}/accelerometer_trusted.json', JSONEachRow)
SELECT * FROM accelerometer_trusted;

INSERT INTO FUNCTION file('${out}/customer_curated.json', JSONEachRow)
SELECT * FROM customer_curated;

INSERT INTO FUNCTION file('${out}/step_trainer_trusted.json', JSONEachRow)
SELECT * FROM step_trainer_trusted;

INSERT INTO FUNCTION file('${out}/machine_learning_curated.json', JSONEachRow)
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
FROM accelerometer_trusted AS a
INNER JOIN step_trainer_trusted AS s ON a.timestamp = s.sensorReadingTime;
