-- The tables that the checks read and duckdb_expert.sql does not keep. Of the two
-- large landing tables one check each reads one column.
CREATE TABLE customer_landing AS
SELECT *
FROM read_json(
  '${lake}/customer/landing/*.json', format = 'newline_delimited', records = true,
  columns = {
    customerName: 'VARCHAR', email: 'VARCHAR', phone: 'VARCHAR', birthDay: 'VARCHAR',
    serialNumber: 'VARCHAR', registrationDate: 'BIGINT', lastUpdateDate: 'BIGINT',
    shareWithResearchAsOfDate: 'BIGINT', shareWithPublicAsOfDate: 'BIGINT',
    shareWithFriendsAsOfDate: 'BIGINT'
  }
);

CREATE VIEW accelerometer_landing AS
SELECT *
FROM read_json(
  '${lake}/accelerometer/landing/*.json', format = 'newline_delimited', records = true,
  columns = {user: 'VARCHAR', timestamp: 'BIGINT', x: 'DOUBLE', y: 'DOUBLE', z: 'DOUBLE'}
);

CREATE VIEW step_trainer_landing AS
SELECT *
FROM read_json(
  '${lake}/step_trainer/landing/*.json', format = 'newline_delimited', records = true,
  columns = {sensorReadingTime: 'BIGINT', serialNumber: 'VARCHAR', distanceFromObject: 'INTEGER'}
);

CREATE TABLE machine_learning_curated AS
SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
FROM step_trainer_trusted AS s
INNER JOIN accelerometer_trusted AS a ON a.timestamp = s.sensorReadingTime;

