-- Equal rows have equal hashes, so if all hashes are distinct, all rows are
-- distinct. This costs a fraction of a DISTINCT over wide rows.
SELECT count(*) = count(DISTINCT hash({{range $i, $c := .Columns}}{{if $i}}, {{end}}{{name $c.Name}}{{end}})) FROM {{name .Table}}
