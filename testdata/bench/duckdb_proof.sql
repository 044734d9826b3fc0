-- The five tables as fast as DuckDB alone makes them: explicit columns, each
-- landing file read once, tables kept in memory, one file written for each.
-- Threads are DuckDB's default, one a core. Tried on a hundredfold lake and
-- slower or no faster: DISTINCT of all columns, views in place of tables, TEMP
-- tables, one transaction, smaller read buffers, more threads than cores, and
-- lines put together with || and written as CSV.
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
SELECT a.user, a.timestamp, a.x, a.y, a.z
FROM read_json(
  '${lake}/accelerometer/landing/*.json', format = 'newline_delimited', records = true,
  columns = {user: 'VARCHAR', timestamp: 'BIGINT', x: 'DOUBLE', y: 'DOUBLE', z: 'DOUBLE'}
) AS a
WHERE a.timestamp IS NOT NULL AND a.user IN (SELECT c.email FROM customer_trusted AS c);

-- As many different hashes as rows prove that there are no duplicates, at a
-- fraction of what a DISTINCT of all columns costs. Without the proof (also if
-- two hashes collide) the window below runs; with it, over no rows.
CREATE TABLE accelerometer_proof AS
SELECT count(*) = count(DISTINCT hash(a.user, a.timestamp, a.x, a.y, a.z)) AS is_unique
FROM accelerometer_trusted AS a;

DELETE FROM accelerometer_trusted WHERE rowid IN (
  SELECT numbered.id FROM (
    SELECT
      a.rowid AS id,
      row_number() OVER (PARTITION BY a.user, a.timestamp, a.x, a.y, a.z) AS nth
    FROM accelerometer_trusted AS a
    WHERE NOT (SELECT p.is_unique FROM accelerometer_proof AS p)
  ) AS numbered
  WHERE numbered.nth > 1
);

CREATE TABLE customer_curated AS
SELECT c.*
FROM customer_trusted AS c
WHERE c.email IN (SELECT a.user FROM accelerometer_trusted AS a);

CREATE TABLE step_trainer_trusted AS
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject
FROM read_json(
  '${lake}/step_trainer/landing/*.json', format = 'newline_delimited', records = true,
  columns = {sensorReadingTime: 'BIGINT', serialNumber: 'VARCHAR', distanceFromObject: 'INTEGER'}
) AS s
WHERE s.sensorReadingTime IS NOT NULL
  AND s.serialNumber IN (SELECT c.serialNumber FROM customer_curated AS c);

CREATE TABLE step_trainer_proof AS
SELECT
  count(*) = count(DISTINCT hash(s.sensorReadingTime, s.serialNumber, s.distanceFromObject)) AS is_unique
FROM step_trainer_trusted AS s;

DELETE FROM step_trainer_trusted WHERE rowid IN (
  SELECT numbered.id FROM (
    SELECT
      s.rowid AS id,
      row_number() OVER (
        PARTITION BY s.sensorReadingTime, s.serialNumber, s.distanceFromObject
      ) AS nth
    FROM step_trainer_trusted AS s
    WHERE NOT (SELECT p.is_unique FROM step_trainer_proof AS p)
  ) AS numbered
  WHERE numbered.nth > 1
);

COPY customer_trusted TO '${out}/customer_trusted.json' (FORMAT json);
COPY accelerometer_trusted TO '${out}/accelerometer_trusted.json' (FORMAT json);
COPY customer_curated TO '${out}/customer_curated.json' (FORMAT json);
COPY step_trainer_trusted TO '${out}/step_trainer_trusted.json' (FORMAT json);
COPY (
  SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
  FROM step_trainer_trusted AS s
  INNER JOIN accelerometer_trusted AS a ON a.timestamp = s.sensorReadingTime
) TO '${out}/machine_learning_curated.json' (FORMAT json);
