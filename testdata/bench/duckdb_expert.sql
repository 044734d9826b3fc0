-- The same five statements as stedi's transforms, written for DuckDB alone:
-- explicit columns, each landing file read once, tables kept in memory, one
-- file written for each. duckdb_proof.sql is the same with a proof of
-- uniqueness in place of DISTINCT.
SET preserve_insertion_order = false;

CREATE TABLE customer_trusted AS
SELECT DISTINCT
  c.customerName, c.email, c.phone, c.birthDay, c.serialNumber,
  c.registrationDate, c.lastUpdateDate,
  c.shareWithResearchAsOfDate, c.shareWithPublicAsOfDate, c.shareWithFriendsAsOfDate
FROM read_json(
  '${lake}/customer/landing/*.json', format = 'newline_delimited', records = true,
  columns = {
    customerName: 'VARCHAR', email: 'VARCHAR', phone: 'VARCHAR', birthDay: 'VARCHAR',
    serialNumber: 'VARCHAR', registrationDate: 'BIGINT', lastUpdateDate: 'BIGINT',
    shareWithResearchAsOfDate: 'BIGINT', shareWithPublicAsOfDate: 'BIGINT',
    shareWithFriendsAsOfDate: 'BIGINT'
  }
) AS c
WHERE c.email <> '' AND c.serialNumber <> '' AND c.shareWithResearchAsOfDate > 0;

-- Trusted e-mails are not empty, so neither are those that match them.
CREATE TABLE accelerometer_trusted AS
SELECT DISTINCT a.user, a.timestamp, a.x, a.y, a.z
FROM read_json(
  '${lake}/accelerometer/landing/*.json', format = 'newline_delimited', records = true,
  columns = {user: 'VARCHAR', timestamp: 'BIGINT', x: 'DOUBLE', y: 'DOUBLE', z: 'DOUBLE'}
) AS a
WHERE a.timestamp IS NOT NULL AND a.user IN (SELECT c.email FROM customer_trusted AS c);

CREATE TABLE customer_curated AS
SELECT c.*
FROM customer_trusted AS c
WHERE c.email IN (SELECT a.user FROM accelerometer_trusted AS a);

CREATE TABLE step_trainer_trusted AS
SELECT DISTINCT s.sensorReadingTime, s.serialNumber, s.distanceFromObject
FROM read_json(
  '${lake}/step_trainer/landing/*.json', format = 'newline_delimited', records = true,
  columns = {sensorReadingTime: 'BIGINT', serialNumber: 'VARCHAR', distanceFromObject: 'INTEGER'}
) AS s
WHERE s.sensorReadingTime IS NOT NULL
  AND s.serialNumber IN (SELECT c.serialNumber FROM customer_curated AS c);

COPY customer_trusted TO '${out}/customer_trusted.json' (FORMAT json);
COPY accelerometer_trusted TO '${out}/accelerometer_trusted.json' (FORMAT json);
COPY customer_curated TO '${out}/customer_curated.json' (FORMAT json);
COPY step_trainer_trusted TO '${out}/step_trainer_trusted.json' (FORMAT json);
COPY (
  SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
  FROM step_trainer_trusted AS s
  INNER JOIN accelerometer_trusted AS a ON a.timestamp = s.sensorReadingTime
) TO '${out}/machine_learning_curated.json' (FORMAT json);
