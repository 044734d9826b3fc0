{{- /* A transform whose stages are counted as the rows pass. A stage's rows go
through a volatile function as one struct, so that the optimizer can move
nothing across the place where they are counted. */ -}}
WITH
{{- range $i, $s := .Stages}}{{if $i}},{{end}}
{{if $s.Counter -}}
{{name $s.Name}} AS {{if $s.Shared}}MATERIALIZED {{end}}(
  SELECT {{range $j, $c := $s.Columns}}{{if $j}}, {{end}}struct_extract(r.s, 'c{{$j}}') AS {{name $c}}{{end}}
  FROM (
    SELECT {{$s.Counter}}(struct_pack({{range $j, $c := $s.Columns}}{{if $j}}, {{end}}c{{$j}} := q.c{{$j}}{{end}})) AS s
    FROM ({{$s.SQL}}) AS q({{range $j, $c := $s.Columns}}{{if $j}}, {{end}}c{{$j}}{{end}})
  ) AS r
)
{{- else -}}
{{name $s.Name}}{{with $s.Aliases}}({{range $j, $c := .}}{{if $j}}, {{end}}{{name $c}}{{end}}){{end}} AS ({{$s.SQL}})
{{- end}}
{{- end}}
{{.Final}}
