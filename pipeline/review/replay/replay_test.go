package replay_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/definition"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/query"
	"stedi/pipeline/review/replay"
	"stedi/pipeline/review/script"
	"stedi/pipeline/stedi"
)

func TestMain(m *testing.M) {
	if query.IsChild(os.Args[1:]) {
		os.Exit(query.ChildMain(context.Background(), os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

func lake(t *testing.T) *pipeline.Lake {
	t.Helper()
	engine, err := duckdb.Open(t.Context(), duckdb.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = engine.Close() }()
	l, err := definition.Load(t.Context(), stedi.Definition, nil, engine)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// open replays on the sample data, or on the data set of the course if the
// variable STEDI_LAKE has its folder.
func open(t *testing.T, real bool) *replay.Replayer {
	t.Helper()
	l := lake(t)
	var landing replay.Landing
	var err error
	if real {
		folder := os.Getenv("STEDI_LAKE")
		if folder == "" {
			t.Skip("STEDI_LAKE does not name a folder with the data set of the course")
		}
		landing, err = replay.Folder(l, folder)
	} else {
		landing, err = replay.Sample(t.Context(), l, t.TempDir())
	}
	if err != nil {
		t.Fatal(err)
	}
	r := replay.Open(l, landing, replay.Options{Funnel: t.Name() == "TestFunnel"})
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func read(t *testing.T, names string) []*script.Script {
	t.Helper()
	var all []*script.Script
	for n := range strings.FieldsSeq(names) {
		if !strings.Contains(n, ".") {
			n += ".py"
		}
		source, err := os.ReadFile(filepath.Join("..", "script", "testdata", n))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, script.Read(n, source))
	}
	return all
}

func play(t *testing.T, r *replay.Replayer, scripts []*script.Script) *replay.Outcome {
	t.Helper()
	o, err := r.Replay(t.Context(), scripts)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

const (
	customer, accelerometer, curated = "customer_trusted", "accelerometer_trusted", "customer_curated"
	step, ml                         = "step_trainer_trusted", "machine_learning_curated"
)

// alone are scripts with the table that each writes and its rows from correct
// tables. The sample has the counts of the data set of the course.
var alone = []struct {
	script, table string
	rows          int64
}{
	{"customer_filter", customer, 482},
	{"customer_filter_get", customer, 482},
	{"customer_filter_nulls", customer, 956}, // toDF makes an explicit None, which is not 0
	{"customer_sql", customer, 0},            // a bigint compared with ''
	{"customer_dataframe", customer, 482},
	{"customer_broken", customer, 482},
	{"customer_custom_transform", customer, 482},
	{"customer_function", customer, 482},
	{"customer_try", customer, 482},
	{"customer_late_name", customer, 482}, // the name without a value comes after the sink
	{"accelerometer_rdd", accelerometer, 40_981},
	{"accelerometer_pandas", accelerometer, 40_981},
	{"step_collected", step, 14_460},
	{"ml_extra_columns", ml, 43_681},
	{"accelerometer_join", accelerometer, 40_981},
	{"accelerometer_sql_at", accelerometer, 40_981},
	{"accelerometer_sql_in", accelerometer, 40_981},
	{"accelerometer_arguments", accelerometer, 40_981},
	{"accelerometer_strict", accelerometer, 32_025},
	{"curated_join_dedup", curated, 482},
	{"curated_join", curated, 40_981},
	{"curated_sql", curated, 482},
	{"curated_semi", curated, 482},
	{"customer_curated.sql", curated, 482},
	{"curated_keys_of_two_cases", curated, 14_460},
	{"step_sql", step, 14_460},
	{"step_renamed_keys", step, 14_460},
	{"step_leading_dot", step, 14_460},
	{"step_job.json", step, 14_460},
	{"step_todf_semi", step, 14_460},
	{"step_columns", step, 14_460},
	{"step_left", step, 28_680},
	{"ml_join", ml, 43_681},
	{"ml_comma", ml, 43_681},
	{"ml_view", ml, 43_681},
	{"ml_class", ml, 43_681},
	{"ml_choice", ml, 43_681},
	{"ml_customer", ml, 40_981},
}

func TestScriptOnCorrectTables(t *testing.T) {
	r := open(t, false)
	for _, c := range alone {
		t.Run(c.script, func(t *testing.T) {
			table := play(t, r, read(t, c.script)).Table(c.table)
			switch {
			case !table.Understood:
				t.Fatalf("not understood: %v", table.Problems)
			case table.RowsOnRightInputs == nil:
				t.Fatalf("no count: %s %v", table.WouldFail, table.Notes)
			case *table.RowsOnRightInputs != c.rows:
				t.Errorf("%d rows, want %d:\n%s", *table.RowsOnRightInputs, c.rows, table.SQL)
			case len(table.Columns) == 0:
				t.Error("no columns")
			}
		})
	}
}

// chains are submissions with the five counts that they give. The sample has
// other coincidences of times, so two training sets differ on it.
var chains = []struct {
	scripts string
	rows    [5]int64
	sample  int64 // rows of the training set on the sample, if they differ
}{
	{"customer_filter accelerometer_join curated_sql step_sql ml_join", [5]int64{482, 40_981, 482, 14_460, 43_681}, 0},
	{"ml_join step_todf_semi curated_join_dedup accelerometer_sql_at customer_dataframe", [5]int64{482, 40_981, 482, 14_460, 43_681}, 0},
	{"customer_filter accelerometer_join curated_join step_leading_dot ml_join", [5]int64{482, 40_981, 40_981, 1_229_430, 3_716_537}, 3_716_335},
	{"customer_filter accelerometer_join curated_sql step_sql ml_customer", [5]int64{482, 40_981, 482, 14_460, 40_981}, 0},
	{"customer_filter accelerometer_join curated_sql step_sql ml_collapse", [5]int64{482, 40_981, 482, 14_460, 43_648}, 43_647},
	{"customer_filter accelerometer_strict curated_semi step_sql ml_join", [5]int64{482, 32_025, 464, 13_920, 34_437}, 0},
}

func testChains(t *testing.T, real bool) {
	t.Helper()
	r := open(t, real)
	for _, c := range chains {
		if !real && c.sample > 0 {
			c.rows[4] = c.sample
		}
		o := play(t, r, read(t, c.scripts))
		for i, name := range []string{customer, accelerometer, curated, step, ml} {
			table := o.Table(name)
			if table.Rows == nil {
				t.Errorf("%s: %s has no count: %s %v", c.scripts, name, table.WouldFail, table.Problems)
			} else if *table.Rows != c.rows[i] {
				t.Errorf("%s: %s has %d rows, want %d", c.scripts, name, *table.Rows, c.rows[i])
			}
		}
	}
}

func TestSubmissionsOnSample(t *testing.T) { testChains(t, false) }

func TestSubmissionsOnRealData(t *testing.T) { testChains(t, true) }

func TestWouldFail(t *testing.T) {
	r := open(t, false)
	for _, c := range []struct{ scripts, table, want, file string }{
		{"customer_filter accelerometer_join curated_sql step_sql ml_missing_column", ml, "column a.readingTime is not in the table that accelerometer_join.py writes", "ml_missing_column.py"},
		{"ml_missing_view", ml, "view accelerometer_trusted is not among the node's inputs", "ml_missing_view.py"},
		{"customer_filter", accelerometer, "no script builds accelerometer_trusted", ""},
		{"accelerometer_join", accelerometer, "no script builds customer_trusted", "accelerometer_join.py"},
		{"customer_filter customer_filter_nulls", customer, "two scripts write customer_trusted: customer_filter.py and customer_filter_nulls.py", "customer_filter_nulls.py"},
		{"customer_unconnected", customer, "the sink Target is not connected to any rows", "customer_unconnected.py"},
		{"curated_no_method", curated, "a DynamicFrame has no method dropDuplicates", "curated_no_method.py"},
		{"step_no_name", step, "the name people_curated has no value", "step_no_name.py"},
		{"customer_no_location", customer, "s3//lake-of-mine/customer/landing/ is not an S3 location: write s3://", "customer_no_location.py"},
	} {
		table := play(t, r, read(t, c.scripts)).Table(c.table)
		if table.WouldFail != c.want || table.WouldFailAt.File != c.file || table.Rows != nil {
			t.Errorf("%s: %q at %v, want %q in %s", c.scripts, table.WouldFail, table.WouldFailAt, c.want, c.file)
		}
	}
}

func TestNotUnderstoodHasNoCount(t *testing.T) {
	r := open(t, false)
	for scripts, want := range map[string]string{
		"not_understood_rdd":    "rdd is not understood",
		"not_understood_helper": "load is not understood",
		"ml_part_distinct":      "the function regexp_extract is not supported",
	} {
		for _, table := range play(t, r, read(t, scripts)).Tables {
			if len(table.Writers) == 0 {
				continue
			}
			if table.Understood || table.Rows != nil || table.RowsOnRightInputs != nil {
				t.Errorf("%s: %s counts as understood", scripts, table.Name)
			}
			found := false
			for _, p := range table.Problems {
				found = found || p.Text == want && p.Line > 0 && p.File == scripts+".py"
			}
			if !found {
				t.Errorf("%s: problems %v, want %q", scripts, table.Problems, want)
			}
		}
	}
}

func TestScriptsThatAgreeCountOnce(t *testing.T) {
	r := open(t, false)
	for _, scripts := range []string{"customer_filter customer_filter", "customer_filter customer_filter_get"} {
		table := play(t, r, read(t, scripts)).Table(customer)
		if table.Rows == nil || *table.Rows != 482 {
			t.Errorf("%s: %v %s", scripts, table.Rows, table.WouldFail)
		}
	}
}

func TestNothingIsExecuted(t *testing.T) {
	o := play(t, open(t, false), read(t, "hostile"))
	if !o.Roles[0].Exercise {
		t.Errorf("role %+v", o.Roles[0])
	}
	if _, err := os.Stat("/tmp/stedi-review-was-here"); err == nil {
		t.Error("the script ran")
	}
}

func TestFunnel(t *testing.T) {
	o := play(t, open(t, false), read(t, "customer_filter accelerometer_join curated_join_dedup"))
	var got []string
	for _, stage := range o.Table(curated).Funnel {
		got = append(got, fmt.Sprintf("%s %d", stage.Kind, stage.Rows))
	}
	if want := "source 40981, source 482, join 40981, drop duplicates 482"; strings.Join(got, ", ") != want {
		t.Errorf("funnel %v, want %s", got, want)
	}
}
