CREATE SCHEMA IF NOT EXISTS {{name .}};
USE {{name .}};
