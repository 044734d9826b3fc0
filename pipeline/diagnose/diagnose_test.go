package diagnose_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/definition"
	"stedi/pipeline/diagnose"
	"stedi/pipeline/dir"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/sample"
	"stedi/pipeline/stedi"
)

// lab is a lake in a folder whose tables a test builds with the SQL that it
// likes, as another tool would.
type lab struct {
	engine *duckdb.Engine
	lake   *pipeline.Lake
	folder string
	bench  pipeline.Workbench

	definition fs.FS // nil: STEDI's
	many       int64 // as diagnose.Options has it
}

func newLab(t *testing.T, options sample.Options) *lab {
	t.Helper()
	l := writeLab(t, options)
	l.open(t)
	return l
}

func writeLab(t *testing.T, options sample.Options) *lab {
	t.Helper()
	l := &lab{folder: filepath.Join(t.TempDir(), "lake")}
	if _, err := sample.Write(t.Context(), l.folder, options); err != nil {
		t.Fatal(err)
	}
	return l
}

// newSmallLab is newLab with the readings of a fifth of the times, which are
// enough for a mistake in the SQL.
func newSmallLab(t *testing.T, options sample.Options, profiles ...string) *lab {
	t.Helper()
	l := writeLab(t, options)
	for _, pattern := range []string{"accelerometer/landing/*", "step_trainer/landing/*"} {
		files, err := filepath.Glob(filepath.Join(l.folder, filepath.FromSlash(pattern)))
		if err != nil || len(files) == 0 {
			t.Fatal(err, pattern)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			put(t, file, strings.Join(slices.DeleteFunc(lines(string(content)), leftOut), ""))
		}
	}
	l.open(t, profiles...)
	return l
}

// leftOut reports whether a small lab has no reading of the time of a line, which
// has thirteen digits. The readings of a time are in two tables, and all are kept.
func leftOut(line string) bool {
	_, digits, ok := strings.Cut(line, `":17`)
	return ok && len(digits) > 10 && !strings.ContainsRune("05", rune(digits[10]))
}

func (l *lab) open(t *testing.T, profiles ...string) {
	t.Helper()
	if l.definition == nil {
		l.definition = stedi.Definition
	}
	var err error
	if l.engine, err = duckdb.Open(t.Context(), duckdb.Options{Temp: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.engine.Close() })
	if l.lake, err = definition.Load(t.Context(), l.definition, profiles, definition.Remember(l.engine, definition.ReadAnalysis(stedi.Analysis))); err != nil {
		t.Fatal(err)
	}
	if l.bench, err = l.engine.Workbench(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.bench.Close() })
	for _, table := range l.lake.Tables {
		if table.IsLanding() {
			l.read(t, table)
		}
	}
}

// read loads a table as it is in the folder.
func (l *lab) read(t *testing.T, table *pipeline.Table) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(l.folder, table.Path, "*"))
	if err != nil {
		t.Fatal(err)
	}
	store, err := dir.Open(l.folder, dir.Options{})
	if err != nil {
		t.Fatal(err)
	}
	files, err := store.List(t.Context(), table.Path)
	if err != nil || len(paths) == 0 {
		t.Fatal(err, paths)
	}
	input, err := pipeline.FetchInput(t.Context(), store, table, files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.bench.Load(t.Context(), table.Name, input); err != nil {
		t.Fatal(err)
	}
}

// plant builds a table with some SQL and writes its file, with or without the
// keys of values that are null.
func (l *lab) plant(t *testing.T, table *pipeline.Table, query string) {
	t.Helper()
	_, rows, err := l.bench.Rows(t.Context(), "SELECT CAST(to_json(t) AS VARCHAR) FROM ("+query+"\n) AS t")
	if err != nil {
		t.Fatal(table.Name, err)
	}
	var b strings.Builder
	for _, row := range rows {
		fmt.Fprintln(&b, row[0])
	}
	file := filepath.Join(l.folder, table.Part())
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := l.bench.Exec(t.Context(), "CREATE OR REPLACE TEMP TABLE "+table.Name+" AS "+query); err != nil {
		t.Fatal(table.Name, err)
	}
}

// build plants every derived table: with the wrong SQL where there is some,
// and from the upstream tables as they are.
func (l *lab) build(t *testing.T, wrong map[string]string) {
	t.Helper()
	for _, table := range l.lake.Tables {
		query, ok := wrong[table.Name]
		if table.IsLanding() {
			continue
		}
		if !ok {
			query = table.Transform.SQL
		}
		if ok && strings.HasPrefix(query, "-- alone\n") { // its downstream tables are right
			good := *table
			l.plant(t, table, query)
			if err := l.bench.Exec(t.Context(), "CREATE OR REPLACE TEMP TABLE "+table.Name+" AS "+good.Transform.SQL); err != nil {
				t.Fatal(err)
			}
			continue
		}
		l.plant(t, table, query)
	}
}

func (l *lab) why(t *testing.T) *diagnose.Report {
	t.Helper()
	store, err := dir.Open(l.folder, dir.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := &pipeline.Runner{Lake: l.lake, Store: store, Engine: l.engine, Tracer: l.engine, Root: l.folder, Now: time.Now}
	report, err := diagnose.Run(t.Context(), r, l.engine, diagnose.Options{Definition: l.definition, Many: l.many})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// firstWrong is the first table that is wrong.
func firstWrong(report *diagnose.Report) *diagnose.Table {
	i := slices.IndexFunc(report.Tables, func(t diagnose.Table) bool { return t.State != diagnose.Right })
	if i < 0 {
		return nil
	}
	return &report.Tables[i]
}

func ids(t *diagnose.Table) (all []string) {
	for _, c := range t.Causes {
		all = append(all, fmt.Sprintf("%s/%s", c.ID, c.Certainty))
	}
	return all
}

var planted = regexp.MustCompile(`^(\w+)\.([a-z_]+)\d*\.sql$`)

// By default every sixth mistake is planted in each lake, others in each; with
// MISTAKES=all all are.
func TestEveryMistakeIsFound(t *testing.T) {
	files, err := os.ReadDir("testdata/planted")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	step := 6
	if os.Getenv("MISTAKES") == "all" {
		step = 1
	}
	for start, options := range []sample.Options{{Scale: 1, Seed: 3}, {Scale: 1, Seed: 8, DirtyRows: true}} {
		l := newSmallLab(t, options)
		for at := start % step; at < len(files); at += step {
			f := files[at]
			m := planted.FindStringSubmatch(f.Name())
			t.Run(fmt.Sprintf("%s_seed_%d", f.Name(), options.Seed), func(t *testing.T) {
				query, err := os.ReadFile("testdata/planted/" + f.Name())
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				l.build(t, map[string]string{m[1]: string(query)})
				built := time.Now()
				report := l.why(t)
				t.Logf("built in %v, explained in %v", built.Sub(began), time.Since(built))
				first := firstWrong(report)
				if first == nil {
					if options.DirtyRows {
						t.Fatal("no table is wrong")
					}
					t.Skip("the mistake has no effect on these rows")
				}
				if first.Table != m[1] || first.State != diagnose.Wrong {
					t.Fatalf("first wrong table: %s (%s), planted in %s", first.Table, first.State, m[1])
				}
				also, _, _ := strings.Cut(strings.TrimPrefix(string(query), "-- also: "), "\n")
				at := slices.IndexFunc(first.Causes, func(c diagnose.Cause) bool { return c.ID == m[2] })
				if at != 0 && (at < 0 || at > 2 || !slices.Contains(strings.Fields(also), first.Causes[0].ID)) {
					t.Errorf("causes: %v, message: %s, %s", ids(first), first.Message, first.Causes[0].Cause)
				} else {
					t.Log(ids(first), first.Causes[0].Cause)
				}
				for _, other := range report.Tables {
					if other.Table != m[1] && other.State != diagnose.Right && other.State != diagnose.Inherited {
						t.Errorf("%s is blamed: %s %s", other.Table, other.State, other.Message)
					}
				}
			})
		}
	}
}

func TestCorrectLakesAreNotBlamed(t *testing.T) {
	for _, profiles := range [][]string{nil, {"strict"}, {"per_customer", "strict"}} {
		for seed := range uint64(2) {
			l := newSmallLab(t, sample.Options{Scale: 1, Seed: seed + 40, DirtyRows: seed%2 == 1}, profiles...)
			l.build(t, nil)
			for _, table := range l.why(t).Tables {
				if table.State != diagnose.Right || len(table.Causes) > 0 {
					t.Errorf("%v, seed %d: %s is %s: %s %v", profiles, seed, table.Table, table.State, table.Message, ids(&table))
				}
			}
		}
	}
}

func readPlanted(t *testing.T, name string) string {
	t.Helper()
	query, err := os.ReadFile("testdata/planted/" + name + ".sql")
	if err != nil {
		t.Fatal(err)
	}
	return string(query)
}

func TestTwoMistakesAreBothFound(t *testing.T) {
	l := newSmallLab(t, sample.Options{Scale: 1, Seed: 5})
	l.build(t, map[string]string{
		"customer_trusted":         readPlanted(t, "customer_trusted.no_consent_filter"),
		"machine_learning_curated": readPlanted(t, "machine_learning_curated.joined_on_customer_too"),
	})
	report := l.why(t)
	for table, id := range map[string]string{"customer_trusted": "no_consent_filter", "machine_learning_curated": "joined_on_customer_too"} {
		found := report.Table(table)
		if found.State != diagnose.Wrong || len(found.Causes) == 0 || found.Causes[0].ID != id {
			t.Errorf("%s: %s %v", table, found.State, ids(found))
		}
	}
	inherited := report.Table("accelerometer_trusted")
	if inherited.State != diagnose.Inherited || !slices.Equal(inherited.InheritedFrom, []string{"customer_trusted"}) {
		t.Errorf("accelerometer_trusted: %s from %v", inherited.State, inherited.InheritedFrom)
	}
	if want := "accelerometer_trusted is correct for its inputs; its count is wrong because customer_trusted is wrong"; inherited.Message != want {
		t.Errorf("message %q", inherited.Message)
	}
}

func TestOtherFaultsAreUnknown(t *testing.T) {
	l := newSmallLab(t, sample.Options{Scale: 1, Seed: 6})
	const accelerometer = "SELECT a.* FROM (FROM accelerometer_landing WHERE user IN (SELECT email FROM customer_trusted)) AS a WHERE "
	for _, c := range []struct{ name, table, query, says string }{
		{"rows with a negative x", "accelerometer_trusted", accelerometer + "a.x >= 0", "x < 0"},
		{"rows of some people", "accelerometer_trusted", accelerometer + "a.user NOT IN (SELECT email FROM customer_trusted WHERE hash(email) % 7 = 0)", "values of user"},
		{"late rows", "accelerometer_trusted", accelerometer + "a.timestamp <= (SELECT quantile_disc(timestamp, 0.9) FROM accelerometer_landing)", "timestamp >="},
		{"one value", "customer_trusted", "SELECT * REPLACE (CASE WHEN email = (SELECT min(email) FROM customer_landing WHERE shareWithResearchAsOfDate > 0) THEN registrationDate + 1 ELSE registrationDate END AS registrationDate) FROM customer_landing WHERE shareWithResearchAsOfDate > 0", "registrationdate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l.build(t, map[string]string{c.table: c.query})
			first := firstWrong(l.why(t))
			if first == nil || first.Table != c.table || len(first.Causes) == 0 || first.Causes[0].ID != "unknown" || first.Causes[0].Certainty != diagnose.Unknown {
				t.Fatalf("%+v", first)
			}
			if !strings.Contains(first.Causes[0].Cause, c.says) {
				t.Errorf("%q does not say %q", first.Causes[0].Cause, c.says)
			}
		})
	}
}

func TestAProofIsSmallAndMasked(t *testing.T) {
	l := newSmallLab(t, sample.Options{Scale: 1, Seed: 7})
	l.build(t, map[string]string{"machine_learning_curated": readPlanted(t, "machine_learning_curated.joined_landing")})
	cause := firstWrong(l.why(t)).Causes[0]
	rows := 0
	for _, w := range cause.Witness {
		for _, row := range w.Rows {
			for column, value := range row {
				if text, ok := value.(string); ok && !regexp.MustCompile(`^\w+-\d+$`).MatchString(text) {
					t.Errorf("%s.%s is not masked", w.Table, column)
				}
			}
		}
		if w.Role == diagnose.Given {
			rows += len(w.Rows)
		}
	}
	if rows == 0 || rows > 6 {
		t.Errorf("the proof has %d landing rows", rows)
	}
	if _, rows, err := l.bench.Rows(t.Context(), cause.ProofSQL); err != nil || len(rows) == 0 {
		t.Errorf("the proof returns %d rows, %v:\n%s", len(rows), err, cause.ProofSQL)
	}
	if strings.Contains(cause.ProofSQL, "@") {
		t.Errorf("the proof is not masked:\n%s", cause.ProofSQL)
	}
	if !strings.Contains(cause.SQLDiff, "-FROM step_trainer_trusted") || !strings.Contains(cause.SQLDiff, "+FROM step_trainer_landing") {
		t.Errorf("diff:\n%s", cause.SQLDiff)
	}
}

// The library lake names no mistakes: mutations of its transforms are enough.
func TestMutationsExplainAnyLake(t *testing.T) {
	library := os.DirFS("../../testdata/library")
	landing := map[string]string{
		"books": `{"isbn":"1","reference":true}` + "\n" + `{"isbn":"2","reference":false}` + "\n" + `{"isbn":"3"}` + "\n",
		"loans": `{"memberid":1,"isbn":"1","lenton":1}` + "\n" + `{"memberid":1,"isbn":"2","lenton":1,"returnedon":9}` + "\n" +
			`{"memberid":2,"isbn":"2","lenton":10}` + "\n" + `{"memberid":2,"isbn":"2","lenton":10}` + "\n" +
			`{"memberid":3,"isbn":"3","lenton":2}` + "\n" + `{"memberid":3,"isbn":"9","lenton":50,"returnedon":60}` + "\n",
	}
	for _, c := range []struct{ table, old, wrong, id string }{
		{"lendings", "SELECT DISTINCT", "SELECT", "mutation:drop_distinct"},
		{"lendings", "l.isbn IN", "l.isbn NOT IN", "mutation:anti_join"},
		{"lendings", "WHERE b.reference IS NULL OR NOT b.reference", "", "mutation:"},
		{"kept", "WHERE l.returnedOn IS NOT NULL", "", "mutation:drop_predicate"},
		{"kept", "l.returnedOn IS NOT NULL", "l.returnedOn IS NULL", "mutation:negate_predicate"},
		{"reminders", "m.late > 0", "m.late >= 0", "mutation:"},
	} {
		t.Run(c.table+" "+c.wrong, func(t *testing.T) {
			l := &lab{folder: t.TempDir(), definition: library}
			for name, rows := range landing {
				folder := filepath.Join(l.folder, map[string]string{"books": "books/raw", "loans": "loans/raw"}[name])
				if err := os.MkdirAll(folder, 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(folder, name+".json"), []byte(rows), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			l.open(t)
			sql := l.lake.Table(c.table).Transform.SQL
			wrong := strings.Replace(sql, c.old, c.wrong, 1)
			if wrong == sql {
				t.Fatal("nothing was replaced")
			}
			l.build(t, map[string]string{c.table: wrong})
			first := firstWrong(l.why(t))
			if first == nil || first.Table != c.table || len(first.Causes) == 0 || !strings.HasPrefix(first.Causes[0].ID, c.id) {
				t.Fatalf("%+v", first)
			}
			t.Log(ids(first))
		})
	}
}

// A table with lines that cannot be read is not compared; its count is.
func TestAnUnreadableTableIsLikelyExplained(t *testing.T) {
	l := newLab(t, sample.Options{Scale: 1, Seed: 10})
	l.build(t, map[string]string{"step_trainer_trusted": readPlanted(t, "step_trainer_trusted.inverted_join")})
	file := filepath.Join(l.folder, l.lake.Table("step_trainer_trusted").Part())
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, content[:len(content)-20], 0o644); err != nil {
		t.Fatal(err)
	}
	found := l.why(t).Table("step_trainer_trusted")
	if found.State != diagnose.Unreadable || len(found.Causes) == 0 || found.Causes[0].ID != "inverted_join" || found.Causes[0].Certainty != diagnose.Likely {
		t.Errorf("%s %v %s", found.State, ids(found), found.Message)
	}
}

func TestReportsSurviveAnyTable(t *testing.T) {
	l := &lab{folder: t.TempDir()}
	for path, content := range map[string]string{
		"accelerometer/landing/a.json": `{"user":"a","timestamp":1,"x":1,"y":1,"z":1}`, "customer/landing/c.json": `{"email":"a","serialNumber":"s","shareWithResearchAsOfDate":1}`,
		"step_trainer/landing/s.json": `{"sensorReadingTime":1,"serialNumber":"s","distanceFromObject":1}`, "accelerometer/trusted/part-00000.json": "",
	} {
		file := filepath.Join(l.folder, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		put(t, file, content+"\n")
	}
	l.open(t)
	for _, line := range []string{
		`{"user":"a","timestamp":1}`, `{"user":{"a":[1]},"timestamp":"x","extra":null}`, "\xff\xfe{", "", "[]", "{}",
		`{"tser":"a","t^mestamp":1}`, // shares no column with the table
		`{"user":null,"timestamp":null,"x":null,"y":null,"z":null}`, `{"user":"\u0000\"'","timestamp":9223372036854775807,"x":1e308}`,
	} {
		put(t, filepath.Join(l.folder, "accelerometer", "trusted", "part-00000.json"), line+"\n")
		if report := l.why(t); len(report.Tables) != len(l.lake.Tables) {
			t.Errorf("%q: %d tables", line, len(report.Tables))
		}
	}
}
