package replay_test

import (
	"strings"
	"testing"

	"stedi/pipeline/review/script"
)

// job is a script that makes frame out of step_trainer_landing as s and of
// customer_curated as c, and writes it as step_trainer_trusted.
func job(body string) *script.Script {
	return script.Read("step_trainer_trusted.py", []byte(`from pyspark.sql import SparkSession, functions as F
from pyspark.sql.functions import col, lower, trim
spark = SparkSession.builder.getOrCreate()
s = spark.read.json("s3://lake/step_trainer/landing/")
c = spark.read.json("s3://lake/customer/curated/").select("serialNumber", "email", "birthDay")
`+body+"\nout.write.mode('overwrite').json('s3://lake/step_trainer/trusted/')\n"))
}

// TestLoopsOverColumns replays loops over the names of columns.
func TestLoopsOverColumns(t *testing.T) {
	r := open(t, false)
	const joined = "\nout = out.join(c, out.serialNumber == c.serialNumber).drop(c.serialNumber)"
	for name, c := range map[string]struct {
		body, columns string
		rows          int64
	}{
		"names in lower case":           {"out = s\nfor n in s.columns:\n    out = out.withColumnRenamed(n, n.lower())", "sensorreadingtime serialnumber distancefromobject", 28_680},
		"a function":                    {"def low(df):\n    for n in df.columns:\n        df = df.withColumnRenamed(n, n.lower())\n    return df\nout = low(s).join(low(c).select('serialnumber').distinct(), 'serialnumber')", "serialnumber sensorreadingtime distancefromobject", 14_460},
		"a prefix, but not for the key": {"for n in c.columns:\n    if n != 'serialNumber':\n        c = c.withColumnRenamed(n, f'customer_{n}')\nout = s.join(c, 'serialNumber')", "serialNumber sensorReadingTime distanceFromObject customer_email customer_birthDay", 14_460},
		"drops what the other has":      {"out = s.join(c, s.serialNumber == c.serialNumber)\nfor n in c.columns:\n    out = out.drop(c[n])", "sensorReadingTime serialNumber distanceFromObject", 14_460},
		"keeps some":                    {"out = s\nfor n in s.columns:\n    if n not in ('serialNumber', 'distanceFromObject'):\n        out = out.drop(n)", "serialNumber distanceFromObject", 28_680},
		"values, by df[n]":              {"for n in ['serialNumber']:\n    s = s.withColumn(n, lower(trim(col(n))))\nout = s\nfor n in out.columns:\n    out = out.filter(out[n].isNotNull())" + joined, "sensorReadingTime serialNumber distanceFromObject email birthDay", 14_460},
		"by type":                       {"out = s\nfor n, kind in out.dtypes:\n    if kind == 'string':\n        out = out.withColumn(n, trim(col(n)))\n    else:\n        out = out.withColumnRenamed(n, n.upper())", "SENSORREADINGTIME serialNumber DISTANCEFROMOBJECT", 28_680},
		"a list of expressions":         {"exprs = []\nfor n in s.columns:\n    exprs.append(col(n).alias(n.lower()))\nout = s.select(*exprs)", "sensorreadingtime serialnumber distancefromobject", 28_680},
		"a list of names":               {"gone = []\nfor n in c.columns:\n    if n not in s.columns:\n        gone.append(n)\nout = s.join(c, 'serialNumber').drop(*gone)", "serialNumber sensorReadingTime distanceFromObject", 14_460},
		"a comprehension of both":       {"out = s.join(c, 'serialNumber').select([n for n in s.columns if n in c.columns] + [n for n in c.columns if n not in s.columns])", "serialNumber email birthDay", 14_460},
		"names of the schema":           {"out = s.select([f.name for f in s.schema.fields if f.name != 'distanceFromObject'])\nif 'serialNumber' in out.schema.names:\n    out = out.withColumnRenamed('serialNumber', 'serial')\nelse:\n    out = out.limit(1)", "sensorReadingTime serial", 28_680},
		"a dictionary of the types":     {"out = s\nfor n in ['absent', 'distanceFromObject']:\n    if n in dict(out.dtypes) and dict(out.dtypes)[n] == 'bigint':\n        out = out.withColumn(n, col(n).cast('string'))", "sensorReadingTime serialNumber distanceFromObject", 28_680},
		"new names for all":             {"out = s.toDF(*[n.strip().lower() for n in s.columns])", "sensorreadingtime serialnumber distancefromobject", 28_680},
		"new names with a beginning":    {"kept = [n for n in s.columns if n != 'serialNumber']\nout = s.toDF(*[f'of_{n}' for n in s.columns]).select(*([f'of_{n}' for n in kept] + ['of_serialNumber']))", "of_sensorReadingTime of_distanceFromObject of_serialNumber", 28_680},
		"the same names":                {"names = s.columns\nout = s.toDF(*names)", "sensorReadingTime serialNumber distanceFromObject", 28_680},
	} {
		t.Run(name, func(t *testing.T) {
			s := job(c.body)
			table := play(t, r, []*script.Script{s}).Table(step)
			if !table.Understood || table.RowsOnRightInputs == nil {
				t.Fatalf("not understood: %v %v %s", s.Problems, table.Problems, table.WouldFail)
			}
			var columns []string
			for _, c := range table.Columns {
				columns = append(columns, c.Name)
			}
			if got := strings.Join(columns, " "); got != c.columns || *table.RowsOnRightInputs != c.rows {
				t.Errorf("%d rows of %s", *table.RowsOnRightInputs, got)
			}
		})
	}
}

// TestNewNamesThatAreNotKnown has no count where the new names of a frame's columns
// are not those of its own columns, each with something before or after it.
func TestNewNamesThatAreNotKnown(t *testing.T) {
	r := open(t, false)
	for _, names := range []string{
		"[n.replace('e', 'E') for n in s.columns]",
		"[n for n in c.columns]",
		"[n for n in s.columns if n != 'serialNumber']",
		"[f'a.{n}' for n in s.columns]",
		"[col(n).alias('a') for n in s.columns]",
	} {
		table := play(t, r, []*script.Script{job("out = s.toDF(*" + names + ")")}).Table(step)
		if table.Understood || table.Rows != nil || table.RowsOnRightInputs != nil {
			t.Errorf("%s: understood as %v", names, table.Columns)
		}
	}
}
