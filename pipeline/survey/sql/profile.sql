WITH seen AS MATERIALIZED (
  SELECT count(*) AS n
{{- range $i, $c := .Columns}},
    count({{template "value" $c}}) AS present{{$i}},
    CAST(count_if({{if $c.IsText}}{{template "value" $c}} = ''{{else}}FALSE{{end}}) AS BIGINT) AS empty{{$i}},
    approx_count_distinct({{template "value" $c}}) AS several{{$i}},
    approx_top_k({{template "value" $c}}, {{$.Top}}) AS top{{$i}},
    min({{template "value" $c}}) AS low{{$i}},
    max({{template "value" $c}}) AS high{{$i}},
    avg({{if $c.IsNumber}}{{template "value" $c}}{{else}}NULL{{end}}) AS mean{{$i}},
    min(CAST({{template "measure" $c}} AS DOUBLE)) AS first{{$i}},
    max(CAST({{template "measure" $c}} AS DOUBLE)) AS last{{$i}}
{{- end}}
  FROM {{name .Name}} AS t
), scale AS MATERIALIZED (
  SELECT s.n
{{- range $i, $c := .Columns}},
    s.several{{$i}} <= {{$.Exact}} AS few{{$i}},
    s.first{{$i}} / 2 AS zero{{$i}},
    {{if $c.IsDouble -}}
    NULLIF(s.last{{$i}} / 2 - s.first{{$i}} / 2, 0) AS width{{$i}},
    CASE WHEN s.last{{$i}} / 2 > s.first{{$i}} / 2 THEN {{$.Buckets}} ELSE 1 END AS steps{{$i}}
    {{- else -}}
    (s.last{{$i}} - s.first{{$i}} + 1) / 2 AS width{{$i}},
    least({{$.Buckets}}, s.last{{$i}} - s.first{{$i}} + 1) AS steps{{$i}}
    {{- end}}
    {{- range $k := $.Tops}},
    s.top{{$i}}[{{$k}}] AS top{{$i}}_{{$k}}
    {{- end}}
{{- end}}
  FROM seen AS s
), shape AS (
  SELECT count(*) AS n
{{- range $i, $c := .Columns}},
    count(DISTINCT CASE WHEN s.few{{$i}} THEN {{template "value" $c}} END) AS distinct{{$i}},
    histogram(CAST(least(s.steps{{$i}} - 1, floor((CAST({{template "measure" $c}} AS DOUBLE) / 2 - s.zero{{$i}}) / s.width{{$i}} * s.steps{{$i}})) AS INTEGER))
      FILTER (WHERE {{template "value" $c}} IS NOT NULL) AS buckets{{$i}}
    {{- range $k := $.Tops}},
    CAST(count_if({{template "value" $c}} = s.top{{$i}}_{{$k}}) AS BIGINT) AS times{{$i}}_{{$k}}
    {{- end}}
{{- end}}
  FROM {{name .Name}} AS t CROSS JOIN scale AS s
)
SELECT s.n
{{- range $i, $c := .Columns}},
  s.present{{$i}}, s.empty{{$i}}, s.several{{$i}}, CASE WHEN c.few{{$i}} THEN h.distinct{{$i}} END,
  {{template "brief" printf "s.low%d" $i}}, {{template "brief" printf "s.high%d" $i}}, s.mean{{$i}},
  CAST(c.steps{{$i}} AS BIGINT), CAST(json_quote(h.buckets{{$i}}) AS VARCHAR)
  {{- range $k := $.Tops}},
  {{template "brief" printf "c.top%d_%d" $i $k}}, h.times{{$i}}_{{$k}}
  {{- end}}
{{- end}}
FROM seen AS s CROSS JOIN scale AS c CROSS JOIN shape AS h
{{define "measure"}}{{if .IsText}}length({{template "value" .}}){{else if .IsTime}}epoch(t.{{name .Name}}){{else}}t.{{name .Name}}{{end}}{{end}}
{{- define "value"}}{{if .IsNested}}CAST(t.{{name .Name}} AS VARCHAR){{else}}t.{{name .Name}}{{end}}{{end}}
{{- define "brief"}}left(CAST({{.}} AS VARCHAR), 65){{end}}
