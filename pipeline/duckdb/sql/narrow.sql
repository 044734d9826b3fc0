ALTER TABLE {{name .Table}} DROP COLUMN IF EXISTS {{name .As}}
