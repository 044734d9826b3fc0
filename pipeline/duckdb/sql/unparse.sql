SELECT json_deserialize_sql(CAST($1 AS JSON))
