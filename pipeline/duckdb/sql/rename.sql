ALTER TABLE {{name .Table}} RENAME TO {{name .As}}
