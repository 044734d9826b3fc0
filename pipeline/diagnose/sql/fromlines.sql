-- The table from lines with lower-case keys, whatever types their values have.
CREATE OR REPLACE TEMP TABLE {{name .Table}} AS
SELECT {{range $i, $c := .Typed}}{{if $i}}, {{end}}TRY_CAST(json_extract_string(l.line, '$."{{$c.Name}}"') AS {{$c.Type}}) AS {{name $c.Name}}{{end}}
FROM {{name .Of}} AS l
