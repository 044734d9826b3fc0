ALTER TABLE {{name .Table}} DROP COLUMN {{name .As}}
