-- The five tables as one writes them first: columns and types guessed, each
-- step reading the files that the steps before it wrote.
COPY (
  SELECT DISTINCT * FROM read_json_auto('${lake}/customer/landing/*.json')
  WHERE email <> '' AND CAST(serialNumber AS VARCHAR) <> '' AND shareWithResearchAsOfDate > 0
) TO '${out}/customer_trusted.json' (FORMAT json);

COPY (
  SELECT DISTINCT a.* FROM read_json_auto('${lake}/accelerometer/landing/*.json') AS a
  WHERE a.timestamp IS NOT NULL AND a.user IN (
    SELECT c.email FROM read_json_auto('${out}/customer_trusted.json') AS c
  )
) TO '${out}/accelerometer_trusted.json' (FORMAT json);

COPY (
  SELECT DISTINCT c.* FROM read_json_auto('${out}/customer_trusted.json') AS c
  WHERE c.email IN (
    SELECT a.user FROM read_json_auto('${out}/accelerometer_trusted.json') AS a
  )
) TO '${out}/customer_curated.json' (FORMAT json);

COPY (
  SELECT DISTINCT s.* FROM read_json_auto('${lake}/step_trainer/landing/*.json') AS s
  WHERE s.sensorReadingTime IS NOT NULL AND s.serialNumber IN (
    SELECT c.serialNumber FROM read_json_auto('${out}/customer_curated.json') AS c
  )
) TO '${out}/step_trainer_trusted.json' (FORMAT json);

COPY (
  SELECT s.sensorReadingTime, s.serialNumber, s.distanceFromObject, a.x, a.y, a.z
  FROM read_json_auto('${out}/step_trainer_trusted.json') AS s
  INNER JOIN read_json_auto('${out}/accelerometer_trusted.json') AS a
    ON a.timestamp = s.sensorReadingTime
) TO '${out}/machine_learning_curated.json' (FORMAT json);
