CREATE TABLE {{name .Database}}.{{name .Stage}}
WITH (format = 'JSON', external_location = {{text .Location}}) AS
{{.SQL}}
