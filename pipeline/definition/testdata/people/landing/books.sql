CREATE EXTERNAL TABLE books (isbn string, title string, pages smallint, price decimal)
LOCATION 's3://library/books/'