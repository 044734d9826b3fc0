{{.With}}
{{- range $i, $from := .From}}
{{if $i}}UNION ALL {{end}}SELECT {{$i}} AS place, count(*) AS found FROM {{$from}}
{{- end}}
ORDER BY 1
