  SELECT v.datum, MIN(v.message) AS message
  FROM (
{{- range $i, $source := .Sources}}
    {{if $i}}UNION ALL {{end}}SELECT LOWER(TRIM(l.datum)) AS datum, {{text (printf "%s.%s" .Table .Column)}} AS message
    FROM (SELECT DISTINCT CAST(s.{{name .Column}} AS VARCHAR) AS datum FROM {{name .Table}} AS s) AS l
{{- end}}
  ) AS v
  GROUP BY v.datum
  HAVING MAX(LENGTH(v.datum)) > 2