DESCRIBE SELECT * FROM read_csv({{text .From}}, header = true, all_varchar = true, strict_mode = true)
