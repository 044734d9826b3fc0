COPY (SELECT * FROM read_parquet({{text .From}}, binary_as_string = true)) TO {{text .To}} (FORMAT json)
