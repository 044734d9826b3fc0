  SELECT v.datum, MIN(v.message) AS message
  FROM (
{{- range $i, $source := .Sources}}
    {{if $i}}UNION ALL {{end}}SELECT LOWER(TRIM(CAST(l.{{name .Column}} AS VARCHAR))) AS datum, {{text (printf "%s.%s" .Table .Column)}} AS message
    FROM {{name .Table}} AS l
{{- end}}
  ) AS v
  WHERE LENGTH(v.datum) > 2
  GROUP BY v.datum