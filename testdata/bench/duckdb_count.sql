-- Count the rows of the eight tables at rest with all columns parsed: the values
-- of each column are counted, so none is skipped. stedi writes keys in lower case.
SET preserve_insertion_order = false;

COPY (
  SELECT 'customer_landing' AS of, count(*) AS n, count(COLUMNS(*))
  FROM read_json(
    '${lake}/customer/landing/*.json', format = 'newline_delimited', records = true,
    columns = {
      customerName: 'VARCHAR', email: 'VARCHAR', phone: 'VARCHAR', birthDay: 'VARCHAR',
      serialNumber: 'VARCHAR', registrationDate: 'BIGINT', lastUpdateDate: 'BIGINT',
      shareWithResearchAsOfDate: 'BIGINT', shareWithPublicAsOfDate: 'BIGINT',
      shareWithFriendsAsOfDate: 'BIGINT'
    }
  )
) TO '${out}/customer_landing.json' (FORMAT json);

COPY (
  SELECT 'customer_trusted' AS of, count(*) AS n, count(COLUMNS(*))
  FROM read_json(
    '${lake}/customer/trusted/*.json', format = 'newline_delimited', records = true,
    columns = {
      customername: 'VARCHAR', email: 'VARCHAR', phone: 'VARCHAR', birthday: 'VARCHAR',
      serialnumber: 'VARCHAR', registrationdate: 'BIGINT', lastupdatedate: 'BIGINT',
      sharewithresearchasofdate: 'BIGINT', sharewithpublicasofdate: 'BIGINT',
      sharewithfriendsasofdate: 'BIGINT'
    }
  )
) TO '${out}/customer_trusted.json' (FORMAT json);

COPY (
  SELECT 'customer_curated' AS of, count(*) AS n, count(COLUMNS(*))
  FROM read_json(
    '${lake}/customer/curated/*.json', format = 'newline_delimited', records = true,
    columns = {
      customername: 'VARCHAR', email: 'VARCHAR', phone: 'VARCHAR', birthday: 'VARCHAR',
      serialnumber: 'VARCHAR', registrationdate: 'BIGINT', lastupdatedate: 'BIGINT',
      sharewithresearchasofdate: 'BIGINT', sharewithpublicasofdate: 'BIGINT',
      sharewithfriendsasofdate: 'BIGINT'
    }
  )
) TO '${out}/customer_curated.json' (FORMAT json);

COPY (
  SELECT 'accelerometer_landing' AS of, count(*) AS n, count(COLUMNS(*))
  FROM read_json(
    '${lake}/accelerometer/landing/*.json', format = 'newline_delimited', records = true,
    columns = {
      user: 'VARCHAR', timestamp: 'BIGINT', x: 'DOUBLE', y: 'DOUBLE', z: 'DOUBLE'
    }
  )
) TO '${out}/accelerometer_landing.json' (FORMAT json);

COPY (
  SELECT 'accelerometer_trusted' AS of, count(*) AS n, count(COLUMNS(*))
  FROM read_json(
    '${lake}/accelerometer/trusted/*.json', format = 'newline_delimited', records = true,
    columns = {
      user: 'VARCHAR', timestamp: 'BIGINT', x: 'DOUBLE', y: 'DOUBLE', z: 'DOUBLE'
    }
  )
) TO '${out}/accelerometer_trusted.json' (FORMAT json);

COPY (
  SELECT 'step_trainer_landing' AS of, count(*) AS n, count(COLUMNS(*))
  FROM read_json(
    '${lake}/step_trainer/landing/*.json', format = 'newline_delimited', records = true,
    columns = {
      sensorReadingTime: 'BIGINT', serialNumber: 'VARCHAR', distanceFromObject: 'INTEGER'
    }
  )
) TO '${out}/step_trainer_landing.json' (FORMAT json);

COPY (
  SELECT 'step_trainer_trusted' AS of, count(*) AS n, count(COLUMNS(*))
  FROM read_json(
    '${lake}/step_trainer/trusted/*.json', format = 'newline_delimited', records = true,
    columns = {
      sensorreadingtime: 'BIGINT', serialnumber: 'VARCHAR', distancefromobject: 'INTEGER'
    }
  )
) TO '${out}/step_trainer_trusted.json' (FORMAT json);

COPY (
  SELECT 'machine_learning_curated' AS of, count(*) AS n, count(COLUMNS(*))
  FROM read_json(
    '${lake}/step_trainer/curated/*.json', format = 'newline_delimited', records = true,
    columns = {
      sensorreadingtime: 'BIGINT', serialnumber: 'VARCHAR', distancefromobject: 'INTEGER',
      x: 'DOUBLE', y: 'DOUBLE', z: 'DOUBLE'
    }
  )
) TO '${out}/machine_learning_curated.json' (FORMAT json);
