CREATE EXTERNAL TABLE library.loans (
  loan_id bigint,
  isbn string,
  due date,
  notes array<string>
) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://library/loans'