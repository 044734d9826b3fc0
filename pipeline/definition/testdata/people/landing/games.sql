-- Games.
-- One a line.
CREATE EXTERNAL TABLE IF NOT EXISTS games (
  id int,
  score struct<home:int,away:int>,
  players array<map<string,string>>
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://league/games/'