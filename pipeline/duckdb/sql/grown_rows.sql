{{- /* The first rows of a kept table, or those that were added to it. */ -}}
CREATE OR REPLACE TEMP VIEW {{name .As}} AS
SELECT * FROM {{name .Table}} WHERE rowid {{if .Added}}>={{else}}<{{end}} {{.First}}
