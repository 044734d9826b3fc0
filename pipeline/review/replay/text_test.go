package replay_test

import (
	"testing"

	"stedi/pipeline/review/script"
)

// TestFunctionsOfTexts counts rows that depend on what functions give.
func TestFunctionsOfTexts(t *testing.T) {
	r := open(t, false)
	for query, rows := range map[string]int64{
		"select distinct split_part(email, '@', 2) as domain, serialNumber from c":                   482,
		"select distinct substring(split_part(customerName, ' ', 1), 0, 1) as initial from c":        0,
		"select distinct concat_ws('-', email, serialNumber) as one from c":                          482,
		"select * from c where substring(email, 0, 3) = substring(email, 1, 3)":                      482,
		"select *, levenshtein(email, customerName) as how, soundex(email) as sound from c":          482,
		"select * from (select *, initcap(customerName) as title from c) where email is not null":    482,
		"select * from c where concat_ws(',', email, null) = email and split_part(email, '@', 9)=''": 482,
	} {
		s := script.Read("customer_trusted_to_curated.py", []byte("from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\nspark.read.json('s3://lake/customer/trusted/').createOrReplaceTempView('c')\n"+
			"spark.sql(\"\"\""+query+"\"\"\").write.json('s3://lake/customer/curated/')\n"))
		table := play(t, r, []*script.Script{s}).Table(curated)
		if !table.Understood || table.RowsOnRightInputs == nil {
			t.Errorf("%s: %v %s", query, table.Problems, table.WouldFail)
			continue
		}
		if got := *table.RowsOnRightInputs; rows > 0 && got != rows || rows == 0 && (got < 1 || got > 60) {
			t.Errorf("%s: %d rows", query, got)
		}
	}
}

// A script may call a function with any number of arguments.
func TestFunctionsWithoutArgumentsHaveNoCount(t *testing.T) {
	r := open(t, false)
	for _, name := range []string{"sha2", "concat", "coalesce", "lower", "abs", "round", "isnull", "to_date", "from_unixtime", "sum", "substring", "nullif", "date_trunc"} {
		s := script.Read("customer_trusted_to_curated.py", []byte("from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\nspark.read.json('s3://lake/customer/trusted/').createOrReplaceTempView('c')\n"+
			"spark.sql(\"select * from c where "+name+"() = email\").write.json('s3://lake/customer/curated/')\n"))
		if table := play(t, r, []*script.Script{s}).Table(curated); table.Understood || table.Rows != nil || len(table.Problems) == 0 {
			t.Errorf("%s: %+v", name, table)
		}
	}
}
