{{- /* The added rows whose value is new. The inner IN keeps the set small, however
many rows there were before. */ -}}
CREATE OR REPLACE TEMP VIEW {{name .New}} AS
SELECT a.*
FROM {{name .Added}} AS a
WHERE a.{{name .Value}} NOT IN (
  SELECT b.{{name .Value}}
  FROM {{name .Before}} AS b
  WHERE b.{{name .Value}} IN (SELECT m.{{name .Value}} FROM {{name .Added}} AS m)
)
