  SELECT v.datum, MIN(v.message) AS message
  FROM (
{{- range $i, $source := .Sources}}
    {{if $i}}UNION ALL {{end}}SELECT LOWER(TRIM(CAST(l.{{quoted .Column}} AS VARCHAR))) AS datum, {{text (printf "%s.%s" .Table .Column)}} AS message
    FROM {{quoted .Table}} AS l
{{- end}}
  ) AS v
  WHERE LENGTH(v.datum) > 2
  GROUP BY v.datum