{{.With}}
{{- range .Groups}}{{range .Links}}, {{.Flagged}} AS (
SELECT {{.List}}{{range .Carried}}, {{.}}{{end}}, {{if .Gate}}CASE WHEN {{.Gate}} THEN {{end}}({{or .Condition "TRUE"}}
){{if .Gate}} END{{end}} AS {{.Kept}}
FROM {{.Reads}} AS {{.Alias}})
{{end}}{{end}}
{{- if .With}}
{{end}}SELECT {{range $i, $g := .Groups}}{{if $i}}, {{end}}{{$g.Alias}}.found{{range .Links}}, {{$g.Alias}}.{{.Kept}}{{end}}{{end}}
FROM {{range $i, $g := .Groups}}{{if $i}}
CROSS JOIN {{end}}(SELECT count(*) AS found{{range .Links}}, count(*) FILTER (WHERE {{.Kept}}) AS {{.Kept}}{{end}} FROM {{.Last}}) AS {{.Alias}}{{end}}
