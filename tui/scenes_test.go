package tui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stedi/pipeline"
)

// scene is a state in which the screens are compared.
type scene struct {
	name string
	made bool // the tables exist from an earlier run
	play func(t *testing.T, w *world, d *driver)
}

func keys(names ...string) func(*testing.T, *world, *driver) {
	return func(t *testing.T, _ *world, d *driver) {
		t.Helper()
		d.press(names...)
	}
}

func held(more ...string) func(*testing.T, *world, *driver) {
	return func(t *testing.T, w *world, d *driver) {
		t.Helper()
		d.runHeld(w)
		d.press(more...)
	}
}

// typed presses a key, then types a text.
func typed(pressed, text string) func(*testing.T, *world, *driver) {
	return func(t *testing.T, _ *world, d *driver) {
		t.Helper()
		d.press(pressed)
		d.write(text)
	}
}

// asked types a query, and runs it if ask is true.
func asked(text string, ask bool, more ...string) func(*testing.T, *world, *driver) {
	return func(t *testing.T, _ *world, d *driver) {
		t.Helper()
		d.press("3", "i")
		d.write(text)
		if ask {
			d.press("f5")
		}
		d.press(more...)
	}
}

// conflict starts a run that fails at the start, because a zone contains an
// unmanaged file.
func conflict(more ...string) func(*testing.T, *world, *driver) {
	return func(t *testing.T, w *world, d *driver) {
		t.Helper()
		must(t, os.WriteFile(filepath.Join(w.root, "customer", "trusted", "part-r-00000"), []byte("{}\n"), 0o600))
		d.press(append([]string{"R"}, more...)...)
	}
}

// foreign adds tables to the catalog that the lake does not define.
func foreign(more ...string) func(*testing.T, *world, *driver) {
	return func(t *testing.T, w *world, d *driver) {
		t.Helper()
		w.catalog = []pipeline.CatalogTable{
			{Name: "customer_trusted", Zone: "trusted", Kind: "table", Ours: true},
			{Name: "my_customers", Zone: "curated", Kind: "table", Format: "JSON", Location: "s3://steps/customer/curated/mine/", Columns: []pipeline.ColumnRecord{{Name: "email", Type: "string"}}},
			{Name: "happy", Zone: "other", Kind: "view", Format: "unknown", Columns: []pipeline.ColumnRecord{{Name: "email", Type: "string"}}},
			{
				Name: "weather", Zone: "other", Kind: "table", Format: "CSV", Location: "s3://other/wea\x1b[31mther/", Updated: w.clock.read().Add(-90 * time.Minute),
				Columns: []pipeline.ColumnRecord{{Name: "city", Type: "string"}, {Name: "temperatures", Type: "array<int>"}}, Partitions: []pipeline.ColumnRecord{{Name: "day", Type: "string"}},
			},
		}
		d.press(append([]string{"ctrl+l"}, more...)...)
	}
}

// elsewhere takes from the lake what stedi knows of its tables, as if others
// had built them.
func elsewhere(more ...string) func(*testing.T, *world, *driver) {
	return func(t *testing.T, w *world, d *driver) {
		t.Helper()
		must(t, os.RemoveAll(filepath.Join(w.root, ".stedi")))
		d.press(append([]string{"ctrl+l"}, more...)...)
	}
}

// spoiled makes two lines of a landing table unreadable and starts a run, which
// fails.
func spoiled(more ...string) func(*testing.T, *world, *driver) {
	return func(t *testing.T, w *world, d *driver) {
		t.Helper()
		spoil(t, w)
		d.press(append([]string{"R"}, more...)...)
	}
}

// spoil makes two lines of a landing table unreadable.
func spoil(t *testing.T, w *world) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(w.root, "customer", "landing", "*"))
	must(t, err)
	rows, err := os.ReadFile(files[0])
	must(t, err)
	lines := strings.SplitAfter(string(rows), "\n")
	lines[2], lines[4] = lines[2][:40]+"\n", "not JSON\n"
	must(t, os.WriteFile(files[0], []byte(strings.Join(lines, "")), 0o600))
	old := w.clock.read().Add(-time.Hour)
	must(t, os.Chtimes(files[0], old, old))
}

// duplicated writes the rows of a table twice, as a join without DISTINCT does.
func duplicated(more ...string) func(*testing.T, *world, *driver) {
	return func(t *testing.T, w *world, d *driver) {
		t.Helper()
		must(t, os.RemoveAll(filepath.Join(w.root, ".stedi")))
		name := filepath.Join(w.root, "customer", "trusted", "part-00000.json")
		rows, err := os.ReadFile(name)
		must(t, err)
		must(t, os.WriteFile(name, append(rows, rows...), 0o600))
		d.press(append([]string{"ctrl+l"}, more...)...)
	}
}

// examined is what the doctor says of a lake that lacks something.
func examined(more ...string) func(*testing.T, *world, *driver) {
	return func(t *testing.T, w *world, d *driver) {
		t.Helper()
		w.findings = []pipeline.Finding{
			pipeline.Fine("credentials", "arn:aws:iam::000000000000:user/somebody"),
			{About: "catalog customer_landing", Wrong: true, Says: "its SerDe reads keys in lower case only", Fix: "`stedi deploy --lake s3://steps`", Kind: pipeline.BadEngine},
			{About: "workgroup primary", Wrong: true, Says: "it has no place for \x1b[2Jresults", Fix: "Set one, or say --workgroup.", Kind: pipeline.BadUsage},
		}
		d.press(append([]string{"D"}, more...)...)
	}
}

// jobs lists runs of the job that builds the second table.
func jobs(t *testing.T, w *world, d *driver) {
	t.Helper()
	begun := func(days int) time.Time { return w.clock.read().Add(-time.Duration(days) * 24 * time.Hour) }
	const table, job = "accelerometer_trusted", "steps_accelerometer_landing_to_trusted"
	w.jobs = []pipeline.JobRun{
		{Table: table, Job: job, ID: "jr_4", State: "RUNNING", Started: begun(0)},
		{Table: table, Job: job, ID: "jr_3", State: "SUCCEEDED", Started: begun(1), Seconds: 71, DPUSeconds: 142, CostUSD: 0.0174},
		{Table: table, Job: job, ID: "jr_2", State: "FAILED", Started: begun(2), Seconds: 64, DPUSeconds: 128, CostUSD: 0.0156, Error: "no \x1b[2Jsuch path"},
		{Table: "customer_trusted", Job: "other", ID: "jr_0", State: "STOPPED", Started: begun(3)},
	}
	d.press("2", "down", "J")
}

var scenes = []scene{
	{"lake-unmade", false, keys()},
	{"lake", true, keys("right", "down")},
	{"lake-activity", true, keys("tab", "tab", "tab")},
	{"lake-filter", true, typed("/", "curat")},
	{"lake-others", true, foreign("end")},
	{"lake-checks", true, keys("v", "right", "right", "down", "K")},
	{"lake-elsewhere", true, elsewhere("right", "down")},
	{"review", false, judging()},
	{"review-targets", false, judging("shift+tab")},
	{"review-code", false, judging("tab", "tab")},
	{"review-override", false, judging("u")},
	{"review-none", false, judging("a", "]", "/", "x", "y", "enter")},
	{"review-start", true, func(t *testing.T, w *world, d *driver) {
		t.Helper()
		d.options.Reviews = newDesk().reviews()
		d.press("6")
	}},
	{"checks-elsewhere", true, elsewhere("v", "4", "down", "down", "down", "down")},
	{"profile", true, keys("down", "I")},
	{"sql", true, keys("right", "Q")},
	{"run-before", false, keys("2")},
	{"run-during", false, held()},
	{"run-during-lake", false, held("1")},
	{"run-after", true, keys("2", "end")},
	{"run-failed", true, conflict()},
	{"run-rejected", false, spoiled("esc", "2")},
	{"error-rejected", false, spoiled()},
	{"checks-rejected", false, spoiled("esc", "4")},
	{"history-failed", false, spoiled("esc", "5")},
	{"error", true, conflict("!")},
	{"doctor", true, examined()},
	{"doctor-error", true, examined("esc", "!")},
	{"plan", true, keys("2", "alt+b")},
	{"jobs", true, jobs},
	{"confirm", false, held("ctrl+c")},
	{"help-lake", true, keys("?")},
	{"help-run", true, keys("2", "?")},
	{"palette", true, keys(":")},
	{"palette-search", true, typed(":", "opcur")},
	{"table", true, keys("down", "enter")},
	{"table-arranged", true, keys("enter", "right", "|", "T", "s", "right", "right", "=")},
	{"table-row", true, keys("down", "enter", "down", "enter")},
	{"table-filter-fault", true, func(t *testing.T, _ *world, d *driver) {
		t.Helper()
		d.press("down", "enter", "/")
		d.write("birthdy > '1900'")
		d.press("enter", "!")
	}},
	{"table-frequencies", true, keys("enter", "end", "m", "up", "m", "right", "right", "F")},
	{"table-statistics", true, keys("down", "enter", "I")},
	{"table-compare", true, keys("enter", "m", "down", "d")},
	{"table-cells", true, keys("enter", "ctrl+v", "down", "down", "right")},
	{"table-export", true, keys("enter", "m", "e")},
	{"help-typed", true, typed("?", "zone")},
	{"query", true, keys("3")},
	{"query-completion", true, asked("select * from cust", false)},
	{"query-fault", true, asked("select c.emial from customer_curated as c", true)},
	{"query-fault-far", true, asked("select customerName, email, serialNumber, registrationDate, birthDay, phone, lastUpdateDat from customer_landing", true)},
	{"query-rows", true, asked("select count(*) as n, 'a' || chr(27) || '漢' as odd, null as nothing from customer_landing", true, "esc")},
	{"query-plan", true, asked("select c.email, count(*) as n from accelerometer_trusted as a join customer_trusted as c on c.email = a.user group by all order by n", false, "f8", "esc", "down", "down", "down")},
	{"query-history", true, asked("select 1 as one", true, "ctrl+r")},
	{"checks", true, keys("4", "down")},
	{"checks-failing", true, keys("4", "a", "end")},
	{"checks-wrong", true, duplicated("v", "4", "right")},
	{"table-rejected", false, spoiled("esc", "1", "down", "enter")},
	{"history", true, keys("5")},
	{"history-diff", true, keys("R", "5", "d")},
	{"table-person", true, keys("down", "enter", "right", "@")},
}

// openScene creates the lake of a scene and brings the screens into its state.
func openScene(t *testing.T, s scene, o func(*world) Options, width, height int) *driver {
	t.Helper()
	w := newWorld(t, "sample")
	w.open(t)
	if s.made {
		w.make(t)
	}
	d := start(t, o(w), width, height)
	s.play(t, w, d)
	return d
}
