package review_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"stedi/pipeline"
	"stedi/pipeline/definition"
	"stedi/pipeline/diagnose"
	"stedi/pipeline/duckdb"
	querying "stedi/pipeline/query"
	"stedi/pipeline/review"
	"stedi/pipeline/review/replay"
	"stedi/pipeline/review/submission"
	"stedi/pipeline/stedi"
)

// TestMain also runs the confined process that replays.
func TestMain(m *testing.M) {
	if querying.IsChild(os.Args[1:]) {
		os.Exit(querying.ChildMain(context.Background(), os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// reviewer replays on the built-in sample.
type reviewer struct {
	rubric   *review.Rubric
	lake     *pipeline.Lake
	replayer *replay.Replayer
	known    map[string]*replay.Outcome // by the texts of the scripts
}

func newReviewer(t *testing.T) *reviewer {
	t.Helper()
	engine, err := duckdb.Open(t.Context(), duckdb.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = engine.Close() }()
	lake, err := definition.Load(t.Context(), stedi.Definition, nil, engine)
	if err != nil {
		t.Fatal(err)
	}
	landing, err := replay.Sample(t.Context(), lake, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	rubric, err := review.ReadRubric("", "")
	if err != nil {
		t.Fatal(err)
	}
	r := &reviewer{rubric, lake, replay.Open(lake, landing, replay.Options{}), map[string]*replay.Outcome{}}
	t.Cleanup(func() { _ = r.replayer.Close() })
	return r
}

func write(t *testing.T, f files) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range f {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func (r *reviewer) judge(t *testing.T, root string) *review.Target {
	t.Helper()
	s, err := submission.Open(t.Context(), root, submission.Usual())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	in := review.Input{Submission: s}
	key := ""
	for _, f := range s.Of(submission.Script) {
		key += f.Name + "\n" + f.Text
	}
	in.Mistakes = func(ctx context.Context, table *replay.Table) []*replay.Mistake {
		fit, err := r.replayer.Mistakes(ctx, mistakes(t), table)
		if err != nil {
			t.Error(err)
		}
		return fit
	}
	in.Scripts = review.ReadScripts(s)
	if in.Outcome = r.known[key]; in.Outcome == nil {
		if in.Outcome, err = r.replayer.Replay(t.Context(), in.Scripts); err != nil {
			t.Fatal(err)
		}
		r.known[key] = in.Outcome
	}
	return review.Judge(t.Context(), r.rubric, in)
}

// mistakes are those of the built-in definition.
func mistakes(t *testing.T) (known []replay.Mistake) {
	t.Helper()
	all, err := diagnose.Mistakes(stedi.Definition)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		known = append(known, replay.Mistake{Table: m.Table, Title: m.Title, Fix: m.Fix, SQL: m.SQL})
	}
	return known
}

// counts are the rows of the five derived tables.
func counts(target *review.Target) string {
	var all []string
	for _, name := range tables[3:] {
		text := "-"
		for _, table := range target.Tables {
			if table.Table == name && table.Rows != nil {
				text = fmt.Sprint(*table.Rows)
			}
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

func with(target *review.Target, result review.Result) []string {
	var ids []string
	for _, i := range target.Items {
		if i.Result == result && i.ID != "script.rerun" {
			ids = append(ids, i.ID)
		}
	}
	return ids
}

const nominal = "482 40981 482 14460 43681"

// defect changes a text of a submission.
type defect struct {
	name      string
	file      string
	old, new  string   // "" for old: the file becomes new; "" for both: it is deleted
	rows      string   // "" for the nominal counts
	fails     []string // exactly these items fail
	warns     []string // these warn, too
	unknown   []string // and these are not decided
	submitted func() files
}

func TestCorrectSubmissionsPass(t *testing.T) {
	r := newReviewer(t)
	for name, f := range map[string]files{"studio": studio(), "sql": sqlNodes(), "frames": frames()} {
		t.Run(name, func(t *testing.T) {
			target := r.judge(t, write(t, f))
			if got := counts(target); got != nominal {
				t.Errorf("rows %s, want %s", got, nominal)
			}
			if got := with(target, review.Fail); len(got) > 0 {
				t.Errorf("fails: %v", describe(target, review.Fail))
			}
			if target.Version != "v2" {
				t.Errorf("version %s", target.Version)
			}
		})
	}
}

func describe(target *review.Target, result review.Result) string {
	var b strings.Builder
	for _, i := range target.Items {
		if i.Result == result {
			fmt.Fprintf(&b, "\n%s at %s: %s", i.ID, i.Where, i.Message)
		}
	}
	return b.String()
}

// TestEachDefectIsFound plants one defect in a correct submission.
func TestEachDefectIsFound(t *testing.T) {
	r := newReviewer(t)
	for _, d := range defects() {
		t.Run(d.name, func(t *testing.T) {
			f := studio()
			if d.submitted != nil {
				f = d.submitted()
			}
			switch {
			case d.old != "":
				if !strings.Contains(f[d.file], d.old) {
					t.Fatalf("%s does not hold %q", d.file, d.old)
				}
				f[d.file] = strings.ReplaceAll(f[d.file], d.old, d.new)
			case d.new != "":
				f[d.file] = d.new
			case d.file != "":
				delete(f, d.file)
			}
			target := r.judge(t, write(t, f))
			want := d.rows
			if want == "" {
				want = nominal
			}
			if got := counts(target); got != want {
				t.Errorf("rows %s, want %s", got, want)
			}
			if got := with(target, review.Fail); !slices.Equal(got, d.fails) {
				t.Errorf("fails %v, want %v%s", got, d.fails, describe(target, review.Fail))
			}
			for _, id := range d.warns {
				if !slices.Contains(with(target, review.Warn), id) {
					t.Errorf("%s does not warn:%s", id, describe(target, review.Warn))
				}
			}
			for _, id := range d.unknown {
				if !slices.Contains(with(target, review.Unknown), id) {
					t.Errorf("%s is decided:%s", id, describe(target, review.Unknown))
				}
			}
			for _, i := range target.Items {
				if i.Result == review.Fail && i.Feedback == "" {
					t.Errorf("%s has no feedback", i.ID)
				}
			}
		})
	}
}

func defects() []defect {
	const (
		customer, accelerometer, curated = "customer_landing_to_trusted.py", "accelerometer_landing_to_trusted.py", "customer_trusted_to_curated.py"
		step, training                   = "step_trainer_trusted.py", "machine_learning_curated.py"
	)
	utf := func(text string) string {
		out := "\xff\xfe"
		for _, u := range utf16.Encode([]rune(text)) {
			out += string([]byte{byte(u), byte(u >> 8)})
		}
		return out
	}
	job, _ := json.Marshal(map[string]string{"name": "customer", "script": studio()[customer]})
	one := func(ids ...string) []string { return ids }
	return []defect{
		// DDLs
		{name: "a DDL is missing", file: "step_trainer_landing.sql", fails: one("ddl.present.step_trainer_landing")},
		{name: "a field is missing", file: "accelerometer_landing.sql", old: "`y`", new: "`yy`", fails: one("ddl.fields.accelerometer_landing")},
		{name: "the field that the solution lacks", file: "customer_landing.sql", old: ",\n  `sharewithfriendsasofdate` bigint", new: "", warns: one("ddl.fields.customer_landing")},
		{name: "an invented column", file: "step_trainer_landing.sql", old: "`serialnumber`", new: "`note` string,\n  `serialnumber`", warns: one("ddl.fields.step_trainer_landing")},
		{name: "every column is a string", file: "step_trainer_landing.sql", new: ddlOf("step_trainer_landing", "step_trainer/landing", "sensorReadingTime string", "serialNumber string", "distanceFromObject string"), fails: one("ddl.types.step_trainer_landing")},
		{name: "a time is a timestamp", file: "accelerometer_landing.sql", old: "`timestamp` bigint", new: "`timestamp` timestamp", warns: one("ddl.types.accelerometer_landing")},
		{name: "no SerDe", file: "accelerometer_landing.sql", old: "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'", new: "", warns: one("ddl.serde.accelerometer_landing")},
		{name: "the SerDe of Hive", file: "accelerometer_landing.sql", old: "org.openx.data.jsonserde.JsonSerDe", new: "org.apache.hive.hcatalog.data.JsonSerDe"},
		{name: "LOCATION of another table", file: "accelerometer_landing.sql", old: "accelerometer/landing/", new: "customer/landing/", warns: one("ddl.location.accelerometer_landing")},
		{name: "DDL of another table in the file", file: "step_trainer_landing.sql", new: base()["accelerometer_landing.sql"], fails: one("ddl.present.step_trainer_landing")},
		{name: "partitions are never loaded", file: "customer_landing.sql", old: "ROW FORMAT", new: "PARTITIONED BY (`dt` string)\nROW FORMAT", warns: one("ddl.file.customer_landing")},
		{name: "a DDL in UTF-16", file: "customer_landing.sql", new: utf(base()["customer_landing.sql"]), warns: one("ddl.file.customer_landing")},
		{name: "a DDL in RTF", file: "step_trainer_landing.sql", new: `{\rtf1\ansi{\fonttbl\f0 Menlo;}\f0 ` + strings.ReplaceAll(base()["step_trainer_landing.sql"], "\n", "\\\n") + "}", warns: one("ddl.file.step_trainer_landing")},
		{name: "a DDL as JSON of get-table", file: "step_trainer_landing.sql", new: `{"Table":{"Name":"step_trainer_landing","StorageDescriptor":{"Columns":[{"Name":"sensorreadingtime","Type":"bigint"},{"Name":"serialnumber","Type":"string"},{"Name":"distancefromobject","Type":"int"}],"Location":"s3://b/step_trainer/landing/","SerdeInfo":{"SerializationLibrary":"org.openx.data.jsonserde.JsonSerDe"}}}}`, warns: one("ddl.present.step_trainer_landing")},
		// Scripts
		{name: "a script is missing", file: step, rows: "482 40981 482 - -", fails: one("script.present.step_trainer_trusted")},
		{name: "the filter is not wired", file: customer, old: "writeFrame(Consented)", new: "writeFrame(Customers)", rows: "956 81273 956 28680 85407", fails: one("script.rows.customer_trusted"), warns: one("script.rows.accelerometer_trusted", "script.rows.customer_curated")},
		{name: "not None and > 0", file: customer, old: `(not(row["shareWithResearchAsOfDate"] == 0))`, new: `row["shareWithResearchAsOfDate"] is not None and row["shareWithResearchAsOfDate"] > 0`},
		{name: "curated is not distinct", file: curated, old: "writeFrame(Once)", new: "writeFrame(Kept)", rows: "482 40981 40981 1229430 3716335", fails: one("script.rows.customer_curated"), warns: one("script.rows.step_trainer_trusted", "script.rows.machine_learning_curated")},
		{name: "columns of the other table are kept", file: accelerometer, old: "writeFrame(Kept)", new: "writeFrame(Joined)", fails: one("script.columns.accelerometer_trusted")},
		{name: "personal data in the training set", file: training, old: "writeFrame(Kept)", new: "writeFrame(Joined)", warns: one("script.personal")},
		{name: "the sink logs", file: customer, old: "UPDATE_IN_DATABASE", new: "LOG", fails: one("script.sink.customer_trusted")},
		{name: "the sink writes where the job reads", file: accelerometer, old: `path="s3://stedi-lake/accelerometer/trusted/"`, new: `path="s3://stedi-lake/customer/trusted/"`, fails: one("script.sink.accelerometer_trusted")},
		{name: "the sink writes into landing", file: customer, old: `path="s3://stedi-lake/customer/trusted/"`, new: `path="s3://stedi-lake/customer/landing/"`, warns: one("script.sink.customer_trusted")},
		{name: "the sink has no options", file: customer, old: "enableUpdateCatalog=True, ", new: "", fails: one("script.sink.customer_trusted")},
		{name: "from the catalog", file: customer, old: strings.TrimSpace(s3("Customers", "customer/landing")), new: strings.TrimSpace(catalog("Customers", "customer_landing")), warns: one("script.source.customer_trusted")},
		{name: "accelerometer from landing customers", file: accelerometer, old: "customer/trusted/", new: "customer/landing/", rows: "482 81273 482 14460 44264", fails: one("script.rows.accelerometer_trusted"), warns: one("script.upstream.accelerometer_trusted")},
		{name: "curated without a join", file: curated, new: head + s3("Customers", "customer/trusted") + sink("Customers", "customer/curated", "customer_curated"), fails: one("script.joins.customer_curated")},
		{name: "an outer join", file: step, old: "JOIN customers", new: "LEFT JOIN customers", fails: one("script.rows.step_trainer_trusted"), rows: "482 40981 482 28680 44255"},
		{name: "IN", file: step, old: "SELECT s.* FROM steps s JOIN customers c ON s.serialNumber = c.serialNumber", new: "SELECT * FROM steps WHERE serialNumber IN (SELECT serialNumber FROM customers)", warns: one("script.joins.step_trainer_trusted")},
		{name: "a column that does not exist", file: step, old: "c.serialNumber", new: "c.serial", rows: "482 40981 482 - -", fails: one("script.rows.step_trainer_trusted")},
		{name: "a view that does not exist", file: step, old: "JOIN customers c", new: "JOIN customer_curated c", rows: "482 40981 482 - -", fails: one("script.rows.step_trainer_trusted")},
		{name: "time and customer", file: training, new: head + sqlHead + s3("Steps", "step_trainer/trusted") + s3("Readings", "accelerometer/trusted") + s3("Customers", "customer/curated") +
			query("Joined", "SELECT s.*, r.x, r.y, r.z FROM steps s JOIN customers c ON s.serialNumber = c.serialNumber JOIN readings r ON r.timestamp = s.sensorReadingTime AND r.user = c.email", "steps", "Steps", "customers", "Customers", "readings", "Readings") +
			sink("Joined", "machine_learning/curated", "machine_learning_curated"), rows: "482 40981 482 14460 40981", warns: one("script.rows.machine_learning_curated", "script.upstream.machine_learning_curated")},
		{name: "a copy", file: "copy of step.py", new: studio()[step], warns: one("script.copies")},
		{name: "a job export", file: "customer_landing_to_trusted.json", new: string(job), submitted: func() files { f := studio(); delete(f, customer); return f }},
		{name: "Python in .sql", file: "customer_landing_to_trusted.sql", new: studio()[customer], submitted: func() files { f := studio(); delete(f, customer); return f }},
		{name: "not understood", file: training, old: "writeFrame(Kept)", new: "writeFrame(strange(Kept))", rows: "482 40981 482 14460 -", unknown: one("script.rows.machine_learning_curated")},
		{name: "a key in a script", file: customer, old: "sc = SparkContext()", new: "key = \"AKIA" + "ABCDEFGHIJKLMNOP\"\nsc = SparkContext()", warns: one("secrets")},
		{name: "other names of tables", file: curated, old: "customer_curated", new: "customers_curated"},
		{name: "a copy of the step table", file: "step_trainer_trusted_to_curated.py", new: head + s3("Steps", "step_trainer/trusted") + sink("Steps", "step_trainer/curated", "step_trainer_curated")},
		// Pictures and claims
		{name: "a picture is missing", file: "screenshots/customer_curated.png", fails: one("pictures.customer_curated")},
		{name: "a claim contradicts the code", file: "README.md", old: "482", new: "956", warns: one("claims.customer_trusted")},
		{name: "a picture without a name", file: "screenshots/Screenshot (256).png", new: strings.Repeat("picture", 900), submitted: func() files { f := studio(); delete(f, "screenshots/customer_curated.png"); return f }, unknown: one("pictures.customer_curated")},
		{name: "exercises beside the project", file: "exercises/customer_trusted_to_curated.py", new: "import sys\nprint('hello')\n"},
		{name: "the project of 2022", file: "step_trainer_landing.sql", submitted: func() files {
			f := studio()
			f["accelerometer_landing.sql"] = strings.ReplaceAll(f["accelerometer_landing.sql"], "`timestamp`", "`timeStamp`")
			for _, t := range []string{"step_trainer_landing", "accelerometer_trusted", "customer_curated", "step_trainer_trusted", "machine_learning_curated"} {
				delete(f, "screenshots/"+t+".png")
			}
			f["README.md"] = "# STEDI\n"
			return f
		}},
	}
}
