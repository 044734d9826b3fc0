{{with .Doc}}-- {{.}}
{{end -}}
CREATE EXTERNAL TABLE IF NOT EXISTS {{ticked .Name}} (
{{- range $i, $c := .Columns}}{{if $i}},{{end}}
  {{ticked $c.Name}} {{$c.Type}}{{end}}
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('case.insensitive' = 'true', 'ignore.malformed.json' = 'false')
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION {{tickedText .Location}}
TBLPROPERTIES ('classification' = 'json');
