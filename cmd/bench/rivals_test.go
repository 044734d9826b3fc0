package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const repository = "../.."

// duckdbs are the rivals that run without an installation and without stedi.
var duckdbs = []string{expertName, "duckdb-proof", "duckdb-naive", "duckdb-checks"}

func newRivals(t *testing.T, extra ...string) (*bench, []rival) {
	t.Helper()
	tables, err := derivedTables()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{
		options: options{
			work: t.TempDir(), scripts: filepath.Join(repository, "testdata", "bench"),
			rivals: append(slices.Clone(duckdbs), extra...), rounds: 1, limit: time.Minute,
		},
		progress: narrator{io.Discard},
		tables:   tables,
		slow:     map[string]bool{},
		settle:   func() {},
	}
	if err := b.absolute(); err != nil {
		t.Fatal(err)
	}
	return b, b.present()
}

func TestDuckDBScriptsGiveTheKnownCounts(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repository, "testdata", "sample", "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var expected map[string]map[string]int64
	if err := json.Unmarshal(text, &expected); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir() // a copy, because a run deletes tables of its lake
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(repository, "testdata", "sample"))); err != nil {
		t.Fatal(err)
	}
	b, here := newRivals(t, floorName, "duckdb-cold")
	s, err := b.series(t.Context(), lake{dir: dir, scale: 1, expected: expected["base"]}, here)
	if err != nil {
		t.Fatal(err)
	}
	if want := len(duckdbs) + 2; len(s.results) != want {
		t.Fatalf("%d rivals took part, want %d", len(s.results), want)
	}
	for _, r := range s.results {
		if _, ok := errors.AsType[*warmError](r.err); ok {
			continue // this file system keeps its files in memory
		}
		if r.err != nil || len(r.runs) != 1 {
			t.Errorf("%s: %d runs, error %v", r.rival.name, len(r.runs), r.err)
		}
	}
}

// hostile has rows that the sample lacks: duplicates, missing and empty keys,
// refused consent, customers without readings.
var hostile = map[string]string{
	"customer": `
{"customerName":"a","email":"a@x","serialNumber":"s1","birthDay":"0967-01-01","shareWithResearchAsOfDate":5,"shareWithPublicAsOfDate":1,"shareWithFriendsAsOfDate":null,"phone":"1","registrationDate":1,"lastUpdateDate":1}
{"customerName":"a","email":"a@x","serialNumber":"s1","birthDay":"0967-01-01","shareWithResearchAsOfDate":5,"shareWithPublicAsOfDate":1,"shareWithFriendsAsOfDate":null,"phone":"1","registrationDate":1,"lastUpdateDate":1}
{"customerName":"a","email":"a@x","serialNumber":"s2","shareWithResearchAsOfDate":6}
{"customerName":"b","email":"b@x","serialNumber":"s3","shareWithResearchAsOfDate":7}
{"customerName":"c","email":"c@x","serialNumber":"s4"}
{"customerName":"d","email":"d@x","serialNumber":"s5","shareWithResearchAsOfDate":0}
{"customerName":"e","email":"","serialNumber":"s6","shareWithResearchAsOfDate":7}
{"customerName":"f","email":"f@x","serialNumber":"","shareWithResearchAsOfDate":7}
{"customerName":"g","serialNumber":"s7","shareWithResearchAsOfDate":7}
`,
	"accelerometer": `
{"user":"a@x","timestamp":1,"x":1.0,"y":0.0,"z":0.0}
{"user":"a@x","timestamp":1,"x":1.0,"y":0.0,"z":0.0}
{"user":"a@x","timestamp":1,"x":2.0,"y":0.0,"z":null}
{"user":"a@x","timestamp":1,"x":2.0,"y":0.0,"z":null}
{"user":"a@x","timestamp":2,"x":1.0,"y":0.0,"z":0.0}
{"user":"a@x","timestamp":null,"x":1.0,"y":0.0,"z":0.0}
{"user":"c@x","timestamp":1,"x":1.0,"y":0.0,"z":0.0}
{"user":"","timestamp":1,"x":1.0,"y":0.0,"z":0.0}
{"timestamp":1,"x":1.0,"y":0.0,"z":0.0}
`,
	"step_trainer": `
{"sensorReadingTime":1,"serialNumber":"s1","distanceFromObject":3}
{"sensorReadingTime":1,"serialNumber":"s1","distanceFromObject":3}
{"sensorReadingTime":1,"serialNumber":"s2","distanceFromObject":null}
{"sensorReadingTime":3,"serialNumber":"s2","distanceFromObject":4}
{"serialNumber":"s2","distanceFromObject":4}
{"sensorReadingTime":1,"serialNumber":"s3","distanceFromObject":3}
{"sensorReadingTime":1,"serialNumber":"","distanceFromObject":3}
`,
}

func TestDuckDBScriptsMeanWhatTheTransformsMean(t *testing.T) {
	l := lake{dir: t.TempDir(), expected: map[string]int64{
		"customer_trusted": 3, "accelerometer_trusted": 3, "customer_curated": 2,
		"step_trainer_trusted": 3, "machine_learning_curated": 4,
	}}
	for table, text := range hostile {
		folder := filepath.Join(l.dir, table, "landing")
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "it's.json"), []byte(strings.TrimLeft(text, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b, here := newRivals(t)
	tables := map[string][]string{}
	for _, r := range here {
		if r.name == "duckdb-checks" {
			continue // the rows are not to pass the checks
		}
		if _, err := b.once(t.Context(), l, r); err != nil {
			t.Errorf("%s: %v", r.name, err)
			continue
		}
		for _, table := range b.tables {
			got := canonical(t, r.place(table, l.dir, filepath.Join(b.work, "out")))
			if others, ok := tables[table.name]; ok && !slices.Equal(got, others) {
				t.Errorf("%s, %s: rows\n%s\ninstead of\n%s", r.name, table.name, strings.Join(got, "\n"), strings.Join(others, "\n"))
			}
			tables[table.name] = got
		}
	}
}

// canonical returns the rows of a file, sorted, with keys in order.
func canonical(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for line := range strings.Lines(string(text)) {
		var row map[string]any
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		sorted, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, string(sorted))
	}
	slices.Sort(rows)
	return rows
}

func TestWhoIsAbsentIsSkippedWithALine(t *testing.T) {
	var said strings.Builder
	b := &bench{
		options:  options{stedi: filepath.Join(t.TempDir(), "stedi"), venv: t.TempDir(), rivals: rivalNames()},
		progress: narrator{&said},
	}
	here := b.present()
	for _, r := range here {
		if strings.HasPrefix(r.name, "stedi") || r.pip != "" {
			t.Errorf("%s is present", r.name)
		}
	}
	if len(here) < len(duckdbs) {
		t.Errorf("present: %d rivals", len(here))
	}
	for _, name := range []string{runName, batchName, checkName, countName, pythonName, "polars", "chdb", sparkName} {
		if !strings.Contains(said.String(), name+" is skipped: ") {
			t.Errorf("nothing is said of %s:\n%s", name, &said)
		}
	}
}

func TestRequirementsPinEveryPackage(t *testing.T) {
	b, _ := newRivals(t)
	pins, err := b.pins()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rivals {
		if r.pip != "" && pins[strings.ToLower(r.pip)] == "" {
			t.Errorf("%s has no pinned version", r.pip)
		}
	}
}

func TestALakeIsWrittenOnceAndKept(t *testing.T) {
	work := t.TempDir()
	first, err := openLake(t.Context(), work, 1, 3)
	if err != nil {
		t.Fatal(err)
	}
	mark := filepath.Join(first.dir, "mark")
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := openLake(t.Context(), work, 1, 3)
	if err != nil || again.rows != first.rows || again.expected["customer_trusted"] != 482 {
		t.Errorf("rows %d and %d, expected %v, error %v", first.rows, again.rows, again.expected, err)
	}
	if _, err := os.Stat(mark); err != nil {
		t.Error("the lake has been written again")
	}
	if err := os.Remove(first.dir + ".json"); err != nil {
		t.Fatal(err)
	}
	if _, err := openLake(t.Context(), work, 1, 3); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("a lake without a manifest has been taken for whole")
	}
}
