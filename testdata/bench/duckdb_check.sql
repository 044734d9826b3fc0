-- The check ${name}: its rows, and columns that its table must not have.
SELECT CASE WHEN found.n > 0 AND '${severity}' = 'error' THEN error('the check ${name} failed') END
FROM (
  SELECT
    (
      SELECT count(*) FROM (
${check}
      ) AS failing
    ) + (
      SELECT count(*) FROM duckdb_columns() AS d
      WHERE d.table_name = '${table}' AND list_contains(string_split('${forbidden}', ' '), lower(d.column_name))
    ) AS n
) AS found;
