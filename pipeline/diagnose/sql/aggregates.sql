SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type = 'aggregate'
