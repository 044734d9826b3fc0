-- Trino's functions in the program's own statements, under Trino's names.
CREATE MACRO array_join(list, separator) AS array_to_string(list, separator);
CREATE MACRO slice(list, first, length) AS list_slice(list, first, first + length - 1);
CREATE MACRO sequence(first, last) AS generate_series(first, last);
