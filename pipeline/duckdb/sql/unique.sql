-- Equal rows have equal hashes, so as many hashes as rows proves that no row
-- is there twice. That costs a fraction of a DISTINCT over wide rows.
SELECT count(*) = count(DISTINCT hash({{range $i, $c := .Columns}}{{if $i}}, {{end}}{{name $c.Name}}{{end}})) FROM {{name .Table}}
