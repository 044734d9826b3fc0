package review_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"stedi/pipeline/review"
)

// scripts has the DDLs, the texts and the pictures of base and these scripts.
func scripts(of map[string]string) files {
	f := base()
	maps.Copy(f, of)
	return f
}

// numbered is a submission whose jobs take their places from numbered arguments,
// and whose functions stand in another file.
func numbered() files {
	job := func(parameters, body string) string {
		n := strings.Count(parameters, ",") + 1
		var given []string
		for i := range n {
			given = append(given, fmt.Sprintf("sys.argv[%d]", i+1))
		}
		return "import sys\nfrom pyspark.sql import SparkSession, functions as F\nfrom shared.frames import lowered, only as keep\nimport shared.places as places\n\n" +
			"def main(" + parameters + "):\n    spark = SparkSession.builder.getOrCreate()\n" + body + "\nif __name__ == '__main__':\n    main(" + strings.Join(given, ", ") + ")\n"
	}
	return scripts(map[string]string{
		"jobs/shared/places.py": "MODE = 'overwrite'\n\nif __name__ == '__main__':\n    print('not a job')\n",
		"jobs/shared/frames.py": "from pyspark.sql import functions as F\n\ndef lowered(df, *names):\n    for n in names:\n        if n in df.columns:\n            df = df.withColumn(n, F.lower(F.trim(F.col(n))))\n    return df\n\n" +
			"def only(df, left, like):\n    return df.select([F.col(f'{left}.{c}') for c in like.columns])\n",
		"jobs/customer_landing_to_trusted.py": job("source: str, target: str", "    c = lowered(spark.read.json(source), 'customerName', 'absent')\n    c = c.filter(F.col('shareWithResearchAsOfDate').isNotNull())\n    c.write.mode(places.MODE).parquet(target)\n"),
		"jobs/accelerometer_landing_to_trusted.py": job("readings, customer_trusted, target", "    a = spark.read.json(readings)\n    c = spark.read.parquet(customer_trusted)\n    j = a.alias('a').join(c.alias('c'), F.col('a.user') == F.col('c.email'), 'inner')\n"+
			"    keep(j, 'a', a).write.mode(places.MODE).parquet(target)\n"),
		"jobs/customer_trusted_to_curated.py": job("customer_trusted, accelerometer_trusted, target", "    c = spark.read.parquet(customer_trusted)\n    a = spark.read.parquet(accelerometer_trusted)\n    j = c.join(a, c.email == a.user)\n"+
			"    gone = [n for n in a.columns if n != 'email']\n    j.drop(*gone).dropDuplicates(c.columns).write.mode('overwrite').parquet(target)\n"),
		"jobs/step_trainer_trusted_by_curated_customers.py": job("step_trainer_landing, customer_curated, target", "    s = spark.read.json(step_trainer_landing)\n    c = spark.read.parquet(customer_curated)\n"+
			"    j = s.join(c.select('serialNumber').dropDuplicates(), 'serialNumber', 'inner')\n    j.select([n for n in s.columns]).write.mode('overwrite').parquet(target)\n"),
		"jobs/machine_learning_curated.py": job("step_trainer_trusted, accelerometer_trusted, target", "    s = spark.read.parquet(step_trainer_trusted)\n    a = spark.read.parquet(accelerometer_trusted)\n    j = s.join(a, s.sensorReadingTime == a.timestamp)\n"+
			"    names = [n for n in ['user', 'email'] if n in j.columns]\n    j.drop(*names).write.mode('overwrite').parquet(target)\n"),
	})
}

// medals is a submission whose folders are bronze and silver.
func medals() files {
	job := func(body string) string {
		return "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\nput = lambda df, to: df.write.mode('overwrite').json('s3://steps/' + to)\nget = lambda at: spark.read.json('s3://steps/' + at)\n" + body
	}
	return scripts(map[string]string{
		"customer_trusted.py":         job("put(get('ingestion/customer/*.json').where('shareWithResearchAsOfDate is not null'), 'bronze/customer/')\n"),
		"accelerometer_trusted.py":    job("a = get('ingestion/accelerometer/')\nc = get('bronze/customer/')\nput(a.join(c, a.user == c.email).select(a['*']), 'bronze/accelerometer/')\n"),
		"customer_curated.py":         job("c = get('bronze/customer')\na = get('bronze/accelerometer')\nput(c.join(a, c.email == a.user).select(c['*']).distinct(), 'silver/customer/')\n"),
		"step_trainer_trusted.py":     job("s = get('ingestion/step_trainer/')\nc = get('silver/customer/')\nput(s.join(c, s.serialNumber == c.serialNumber).select(s['*']), 'silver/step_trainer/')\n"),
		"machine_learning_curated.py": job("s = get('silver/step_trainer/')\na = get('bronze/accelerometer/')\nput(s.join(a, s.sensorReadingTime == a.timestamp).drop('user'), 'silver/training/')\n"),
	})
}

// databricks is a submission of notebooks that Databricks exports, with cells of
// SQL.
func databricks() files {
	cells := func(cells ...string) string {
		return "# Databricks notebook source\n" + strings.Join(cells, "\n# COMMAND ----------\n\n")
	}
	sql := func(text string) string {
		return "# MAGIC %sql\n# MAGIC " + strings.ReplaceAll(text, "\n", "\n# MAGIC ") + "\n# MAGIC\n"
	}
	save := func(view, path, table string) string {
		return "spark.table('" + view + "').write.mode('overwrite').format('delta').save('/mnt/lake/" + path + "/')\n" +
			"\n# COMMAND ----------\n\nspark.sql('''\nCREATE TABLE IF NOT EXISTS lake." + table + "\nUSING delta\nOPTIONS (path \"/mnt/lake/" + path + "/\")''')\n"
	}
	return scripts(map[string]string{
		"1 customers.py":           cells("# MAGIC %md\n# MAGIC ## People\n", "c = spark.read.json('/mnt/lake/customer/landing/')\nc.createOrReplaceTempView('people')\n", sql("CREATE OR REPLACE TEMP VIEW agreed AS\nSELECT * -- all of them\nFROM people\nWHERE shareWithResearchAsOfDate IS NOT NULL;"), save("agreed", "customer/trusted", "customer_trusted")),
		"2 readings.py":            cells("a = spark.read.json('/mnt/lake/accelerometer/landing/')\na.createOrReplaceTempView('readings')\n", sql("SELECT count(*) FROM readings;\nCREATE TEMPORARY VIEW theirs AS\nSELECT r.* FROM readings r JOIN lake.customer_trusted c ON r.user = c.email"), save("theirs", "accelerometer/trusted", "accelerometer_trusted")),
		"3 curated.py":             cells("spark.sql('CREATE OR REPLACE TABLE lake.customer_curated USING delta LOCATION \"/mnt/lake/customer/curated\" AS SELECT DISTINCT c.* FROM lake.customer_trusted c JOIN lake.accelerometer_trusted a ON c.email = a.user')\n"),
		"4 step trainer.ipynb":     `{"cells":[{"cell_type":"markdown","source":["# Steps"]},{"cell_type":"code","source":["%%configure\n","{\"a\": 1}"]},{"cell_type":"code","source":["import pyspark\n","s = spark.read.json('/mnt/lake/step_trainer/landing/')\n","s.createOrReplaceTempView('s')\n"]},{"cell_type":"code","source":["%%sql\n","create temp view t as\n","select s.* from s join lake.customer_curated c on s.serialNumber = c.serialNumber"]},{"cell_type":"code","source":"spark.table('t').write.mode('overwrite').format('delta').save('/mnt/lake/step_trainer/trusted/')"}],"nbformat":4}`,
		"5 training.py":            cells("spark.sql('INSERT OVERWRITE TABLE lake.machine_learning_curated SELECT s.*, a.x, a.y, a.z, a.timestamp FROM lake.step_trainer_trusted s JOIN lake.accelerometer_trusted a ON s.sensorReadingTime = a.timestamp')\n"),
		"step_trainer_by_hand.txt": "no script\n",
	})
}

// sinks are the items that jobs fail that write with df.write.
func sinks(tables ...string) (ids []string) {
	for _, t := range tables {
		ids = append(ids, "script.sink."+t)
	}
	return ids
}

// TestWholeSubmissionsOfOtherForms judges correct submissions that are written
// in forms that Studio does not write.
func TestWholeSubmissionsOfOtherForms(t *testing.T) {
	r := newReviewer(t)
	all := sinks("customer_trusted", "accelerometer_trusted", "customer_curated", "step_trainer_trusted", "machine_learning_curated")
	for name, c := range map[string]struct {
		files files
		fails []string
	}{
		"numbered arguments and other files": {numbered(), all},
		"bronze and silver":                  {medals(), all},
		"notebooks":                          {databricks(), sinks("customer_trusted", "accelerometer_trusted", "step_trainer_trusted")},
	} {
		t.Run(name, func(t *testing.T) {
			target := r.judge(t, write(t, c.files))
			if got := counts(target); got != nominal {
				t.Errorf("rows %s, want %s%s", got, nominal, describe(target, review.Unknown))
			}
			if got := with(target, review.Fail); !slices.Equal(got, c.fails) {
				t.Errorf("fails %v, want %v%s", got, c.fails, describe(target, review.Fail))
			}
			for _, table := range target.Tables {
				if !table.Understood {
					t.Errorf("%s is not understood", table.Table)
				}
			}
		})
	}
}

// TestWhatOnlyAChainShows plants faults that a script alone does not show.
func TestWhatOnlyAChainShows(t *testing.T) {
	r := newReviewer(t)
	for name, c := range map[string]struct {
		files          files
		file, old, new string
		rows           string
		fails, warns   []string
	}{
		"the catalog has another table's name": {studio(), "accelerometer_landing_to_trusted.py", `catalogTableName="accelerometer_trusted"`, `catalogTableName="customer_trusted"`, nominal, nil, []string{"script.sink.accelerometer_trusted"}},
		"JSON is read as Parquet":              {frames(), "customer_trusted_to_curated.py", `spark.read.json("s3://stedi-lake/accelerometer/trusted/")`, `spark.read.parquet("s3://stedi-lake/accelerometer/trusted/")`, "482 40981 - - -", []string{"script.rows.customer_curated"}, []string{"script.rows.step_trainer_trusted"}},
		"withColumn takes the new case":        {frames(), "machine_learning_curated.py", "out = s.join", "a = a.withColumn(\"timeStamp\", a.timestamp.cast(\"long\"))\nif dict(a.dtypes)[\"timeStamp\"] != \"bigint\":\n    a = a.limit(1)\nout = s.join", nominal, nil, nil},
		"Hudi keeps one row of a key": {frames(), "customer_trusted_to_curated.py", "result = DynamicFrame.fromDF(out, glueContext, \"result\")", "options = {\"hoodie.datasource.write.recordkey.field\": \"birthDay\", \"hoodie.datasource.write.operation\": \"upsert\"}\n" +
			"out.write.format(\"hudi\").options(**options).mode(\"overwrite\").save(\"s3://stedi-lake/customer/curated/\")\nresult = out.limit(1)", "", []string{"script.rows.customer_curated"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(c.files[c.file], c.old) {
				t.Fatalf("%s does not hold %q", c.file, c.old)
			}
			c.files[c.file] = strings.ReplaceAll(c.files[c.file], c.old, c.new)
			if name == "Hudi keeps one row of a key" {
				c.files[c.file], _, _ = strings.Cut(c.files[c.file], "\nresult = out.limit(1)")
			}
			target := r.judge(t, write(t, c.files))
			if got := counts(target); c.rows != "" && got != c.rows {
				t.Errorf("rows %s, want %s%s", got, c.rows, describe(target, review.Unknown))
			}
			if got := with(target, review.Fail); c.rows != "" && !slices.Equal(got, c.fails) || len(c.fails) > 0 && !slices.Contains(got, c.fails[0]) {
				t.Errorf("fails %v, want %v%s", got, c.fails, describe(target, review.Fail))
			}
			warns := with(target, review.Warn)
			for _, id := range c.warns {
				if !slices.Contains(warns, id) {
					t.Errorf("%s does not warn: %v", id, warns)
				}
			}
		})
	}
}

func TestRubricNamesTheWrongType(t *testing.T) {
	_, err := review.ReadRubric("mine.toml", "schema = \"stedi.rubric/1\"\n[[item]]\nid = 3\n")
	if err == nil || !strings.Contains(err.Error(), "mine.toml:3: the value is of type integer, not string") {
		t.Errorf("%v", err)
	}
}
