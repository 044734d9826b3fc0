SELECT DISTINCT unnest(json_keys(json)) FROM read_ndjson_objects([{{range $i, $file := .}}{{if $i}}, {{end}}{{text $file}}{{end}}])
