package replay_test

import (
	"testing"

	"stedi/pipeline/review/script"
)

// TestTypesOfTimes filters the customers by their time of consent, converted in
// several ways.
func TestTypesOfTimes(t *testing.T) {
	r := open(t, false)
	for _, c := range []struct {
		name, keep string
		want       int64
	}{
		{"a long stays", "F.col('t').cast('long') > 0", 482},
		{"an int has the last 32 bits", "F.col('t').cast('int').isNotNull()", 482},
		{"which may be negative", "F.lit(1655564376361).cast(T.IntegerType()) == 2001967401", 482},
		{"which is negative", "F.lit(3000000000).cast('int') == -1294967296", 482},
		{"a short has the last 16 bits", "F.lit(65537).cast('smallint') == 1", 482},
		{"a text that is too long for an int is NULL", "F.col('t').cast('string').cast('int').isNotNull()", 0},
		{"a text that fits", "F.col('t').cast('string').cast('bigint').isNotNull()", 482},
		{"a number is not a text of a time", "F.unix_timestamp('t').isNotNull()", 0},
		{"a text of a time", "F.unix_timestamp(F.from_unixtime(F.col('t') / 1000)) == F.floor(F.col('t') / 1000)", 482},
		{"a second", "F.date_trunc('second', F.to_timestamp(F.col('t') / 1000)) == F.to_timestamp(F.floor(F.col('t') / 1000))", 482},
		{"a time far away", "F.to_timestamp(F.from_unixtime('t')).cast('bigint') == F.col('t')", 482},
		{"a time", "F.unix_timestamp(F.to_timestamp(F.col('t'))) == F.col('t')", 482},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := "from pyspark.sql import SparkSession, functions as F, types as T\nspark = SparkSession.builder.getOrCreate()\nc = spark.read.json('s3://b/customer/landing/')\n" +
				"c = c.withColumn('t', F.col('shareWithResearchAsOfDate')).filter(F.col('t').isNotNull())\n" +
				"c.filter(" + c.keep + ").write.json('s3://b/customer/trusted/')\n"
			table := play(t, r, []*script.Script{script.Read("job.py", []byte(text))}).Table(customer)
			if table.Rows == nil || *table.Rows != c.want {
				t.Errorf("rows %v, want %d: %s %v", table.Rows, c.want, table.WouldFail, table.Problems)
			}
		})
	}
}

// TestCallsOfGlue writes the customers by calls that few use.
func TestCallsOfGlue(t *testing.T) {
	r := open(t, false)
	for _, c := range []struct{ name, body, fails string }{
		{"write_from_options", "c = glueContext.create_dynamic_frame_from_options('s3', {'paths': ['s3://b/customer/landing/']}, 'json')\n" +
			"c = c.filter(f=lambda x: x['shareWithResearchAsOfDate'])\n" +
			"glueContext.write_from_options(frame_or_dfc=c, connection_type='s3', connection_options={'path': 's3://b/customer/trusted/'}, format='json')\n", ""},
		{"by position", "c = glueContext.create_dynamic_frame.from_catalog('lake', 'customer_landing')\nc = c.filter(lambda x: x['sharewithresearchasofdate'])\n" +
			"glueContext.write_from_options(c, 's3', {'path': 's3://b/customer/trusted/'}, 'json')\n", ""},
		{"tables that the caller names", "a = getResolvedOptions(sys.argv, ['JOB_NAME', 'LAKE', 'SOURCE', 'TARGET'])\n" +
			"c = glueContext.create_dynamic_frame.from_catalog(database=a['LAKE'], table_name=a['SOURCE']).filter(lambda x: x['sharewithresearchasofdate'])\n" +
			"glueContext.write_dynamic_frame.from_options(frame=c, connection_type='s3', connection_options={'path': a['TARGET']}, format='json')\n", ""},
		{
			"a reader that is none", "c = glueContext.create_dynamic_frame.from_catalog('lake', 'customer_landing').toDF()\nc = c.filter('sharewithresearchasofdate is not null')\n" +
				"glueContext.write_dynamic_frame.from_options(frame=glueContext.create_dynamic_frame.from_df(c, glueContext, 'c'), connection_type='s3', connection_options={'path': 's3://b/customer/trusted/'}, format='json')\n",
			"create_dynamic_frame has no method from_df",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := "import sys\nfrom awsglue.context import GlueContext\nfrom awsglue.utils import getResolvedOptions\nfrom pyspark.context import SparkContext\nglueContext = GlueContext(SparkContext())\n" + c.body
			table := play(t, r, []*script.Script{script.Read("customer_landing_to_trusted.py", []byte(text))}).Table(customer)
			if table.WouldFail != c.fails {
				t.Errorf("would fail %q, want %q", table.WouldFail, c.fails)
			}
			if c.fails == "" && (table.Rows == nil || *table.Rows != 482) {
				t.Errorf("rows %v, want 482: %v", table.Rows, table.Problems)
			}
		})
	}
}

// TestGroups counts groups whose values are not needed, and fields of two types
// that a choice leaves as they are.
func TestGroups(t *testing.T) {
	r := open(t, false)
	for _, c := range []struct {
		name, body string
		want       int64
	}{
		{"values of groups", "c = c.groupBy('email').agg(F.collect_list('phone').alias('p'), F.collect_set('birthDay').alias('b'), F.approx_count_distinct('serialNumber').alias('n'), F.stddev('registrationDate').alias('s'))", 956},
		{"a choice", "c = DynamicFrame.fromDF(c, glueContext, 'c').resolveChoice(specs=[('registrationDate', 'cast:long'), ('phone', 'project:string')]).toDF()", 956},
		{"a choice that changes values", "c = DynamicFrame.fromDF(c, glueContext, 'c').resolveChoice(specs=[('registrationDate', 'cast:int')]).toDF()", -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := "from pyspark.sql import functions as F\nfrom awsglue.dynamicframe import DynamicFrame\nc = spark.read.json('s3://b/customer/landing/')\n" + c.body + "\nc.write.json('s3://b/customer/trusted/')\n"
			table := play(t, r, []*script.Script{script.Read("job.py", []byte(text))}).Table(customer)
			switch {
			case table.Rows == nil && c.want >= 0:
				t.Errorf("no count: %s %v", table.WouldFail, table.Problems)
			case table.Rows != nil && *table.Rows != c.want:
				t.Errorf("%d rows, want %d", *table.Rows, c.want)
			}
		})
	}
}
