{{with .Names}}WITH {{.}}
{{end}}
{{- range $i, $q := .Questions}}
{{if $i}}UNION ALL {{end}}
{{- if $q.Number}}SELECT {{$i}} AS place, (
{{template "given" $q}}
) AS stedi_rows, 0 AS stedi_others, 0 AS stedi_extra, 0 AS stedi_missing
{{- else if $q.Against}}SELECT {{$i}} AS place,
  CAST(coalesce(sum(d.stedi_rows), 0) AS BIGINT) AS stedi_rows,
  CAST(coalesce(sum(d.stedi_others), 0) AS BIGINT) AS stedi_others,
  CAST(coalesce(sum(CASE WHEN d.stedi_others > d.stedi_rows THEN d.stedi_others - d.stedi_rows END), 0) AS BIGINT) AS stedi_extra,
  CAST(coalesce(sum(CASE WHEN d.stedi_rows > d.stedi_others THEN d.stedi_rows - d.stedi_others END), 0) AS BIGINT) AS stedi_missing
FROM (
  SELECT {{range $q.Columns}}u.{{name .}}, {{end}}sum(u.stedi_rows) AS stedi_rows, sum(u.stedi_others) AS stedi_others
  FROM (
    SELECT {{range $q.Columns}}a.{{name .}}, {{end}}1 AS stedi_rows, 0 AS stedi_others FROM (
{{template "given" $q}}
    ) AS a
    UNION ALL
    SELECT {{range $q.Columns}}b.{{name .}}, {{end}}0 AS stedi_rows, 1 AS stedi_others FROM (
{{$q.Against}}
    ) AS b
  ) AS u
  GROUP BY {{range $j, $c := $q.Columns}}{{if $j}}, {{end}}u.{{name $c}}{{end}}
) AS d
{{- else}}SELECT {{$i}} AS place, count(*) AS stedi_rows, 0 AS stedi_others, 0 AS stedi_extra, 0 AS stedi_missing FROM (
{{template "given" $q}}
) AS q
{{- end}}
{{- end}}
ORDER BY 1
{{- define "given"}}
{{- if .Given}}WITH {{range $i, $g := .Given}}{{if $i}}, {{end}}{{name $g.Name}} AS (
{{$g.SQL}}
){{end}}
SELECT * FROM (
{{.SQL}}
) AS given
{{- else}}{{.SQL}}
{{- end}}
{{- end}}
