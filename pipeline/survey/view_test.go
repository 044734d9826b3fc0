package survey_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/dir"
	"stedi/pipeline/laketest"
	"stedi/pipeline/run"
	"stedi/pipeline/sample"
	"stedi/pipeline/state"
	"stedi/pipeline/stedi"
	"stedi/pipeline/survey"
)

func view(t *testing.T, w *laketest.Lake) *survey.View {
	t.Helper()
	v, err := survey.Lake(t.Context(), w.Runner)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func tableOf(t *testing.T, v *survey.View, name string) survey.TableView {
	t.Helper()
	i := slices.IndexFunc(v.Tables, func(table survey.TableView) bool { return table.Table == name })
	if i < 0 {
		t.Fatalf("no table %s", name)
	}
	return v.Tables[i]
}

// checkedOrders returns the lake of Orders with a check that may fail.
func checkedOrders() fstest.MapFS {
	folder := maps.Clone(laketest.Orders)
	folder["checks/cheap.sql"] = &fstest.MapFile{Data: []byte("-- table: turnover\n-- severity: warning\n-- Nobody spends more than 3.\nSELECT t.person FROM turnover AS t WHERE t.total > 3")}
	folder["checks/paid.sql"] = &fstest.MapFile{Data: []byte("-- table: turnover\n-- severity: error\n-- Nobody spends less than nothing.\nSELECT t.person FROM turnover AS t WHERE t.total < 0")}
	folder["expectations.json"] = &fstest.MapFile{Data: []byte(`[{"name":"small","source":"counted by hand","landing":{"people":4,"orders":3},"profiles":{"":{"known":2,"turnover":1}}}]`)}
	return folder
}

func TestAViewOfALakeWithoutRuns(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	v := view(t, w)
	people, known := tableOf(t, v, "people"), tableOf(t, v, "known")
	if people.Known || people.Rows != 0 || people.Missing || people.Files != 1 || people.Bytes == 0 || people.Changed.IsZero() {
		t.Errorf("people are %+v", people)
	}
	if !known.Missing || known.Known || !known.Changed.IsZero() || known.Verdict != survey.Unchecked {
		t.Errorf("known is %+v", known)
	}
	if v.Holder != nil || v.Last != nil || len(v.Runs) != 0 || !v.At.Equal(w.Clock) {
		t.Errorf("the view is %+v", v)
	}
	if _, err := os.Stat(filepath.Join(w.Root, ".stedi")); err == nil {
		t.Error("a look has written")
	}
}

func TestAViewShowsWhatARunHasLeft(t *testing.T) {
	w := laketest.New(t, checkedOrders())
	for range 2 {
		if _, err := w.Run(t, pipeline.RunOptions{Check: true, Force: true}); err != nil {
			t.Fatal(err)
		}
	}
	v := view(t, w)
	people, known, turnover := tableOf(t, v, "people"), tableOf(t, v, "known"), tableOf(t, v, "turnover")
	if !people.Known || people.Rows != 4 || people.Run != v.Last.Run || people.Expected == nil || *people.Expected != 4 {
		t.Errorf("people are %+v", people)
	}
	if !known.Known || known.Rows != 2 || len(known.Funnel) != 3 || len(known.Columns) != 2 || *known.Expected != 2 || known.Previous == nil {
		t.Errorf("known is %+v", known)
	}
	if turnover.Verdict != survey.Warn || len(turnover.Failing) != 1 || turnover.Failing[0].Check != "cheap" {
		t.Errorf("turnover is %+v", turnover)
	}
	if known.Verdict != survey.Pass || !slices.Equal(known.Trend, []int64{2, 2}) || people.Previous != nil {
		t.Errorf("known is %+v", known)
	}
	if len(v.Runs) != 2 || v.Runs[0] != v.Last || v.Runs[1].Run >= v.Last.Run {
		t.Errorf("the runs are %+v", v.Runs)
	}
}

func TestAViewShowsWhatAFailedRunHasRead(t *testing.T) {
	w := laketest.New(t, checkedOrders())
	w.Write(t, "people/landing/bad.json", "not JSON\n")
	old := w.Clock.Add(-time.Hour)
	files, err := filepath.Glob(filepath.Join(w.Root, "people", "landing", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if err := os.Chtimes(name, old, old); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Run(t, pipeline.RunOptions{Check: true}); err == nil {
		t.Fatal("the run accepts a line that is not JSON")
	}
	people := tableOf(t, view(t, w), "people")
	if !people.Known || people.Rows != 4 || people.Rejected != 1 || people.Verdict != survey.Wrong || len(people.Failing) == 0 || people.Failing[0].Check != "readable" {
		t.Errorf("people are %+v", people)
	}
	later := w.Clock.Add(time.Hour)
	if err := os.Chtimes(files[0], later, later); err != nil {
		t.Fatal(err)
	}
	if people := tableOf(t, view(t, w), "people"); people.Known || people.Verdict != survey.Unchecked {
		t.Errorf("people have changed since, and are %+v", people)
	}
}

func TestAViewChangesWithTheLake(t *testing.T) {
	put := func(name, text string) func(w *laketest.Lake) error {
		return func(w *laketest.Lake) error {
			w.Write(t, name, text)
			return nil
		}
	}
	for _, c := range []struct {
		name   string
		change func(w *laketest.Lake) error
		table  string
		right  func(v survey.TableView) bool
	}{
		{"a landing file came", put("people/landing/2.json", "{}\n"), "people", func(v survey.TableView) bool {
			return !v.Known && v.Rows == 0 && v.Files == 2 && v.Verdict == survey.Unchecked && v.Expected == nil && v.Run == ""
		}},
		{"and what is made from it is stale", put("people/landing/2.json", "{}\n"), "names", func(v survey.TableView) bool {
			return v.Known && v.Stale == "known is stale" && v.Rows == 2
		}},
		{"an output was changed", put("turnover/part-00000.json", "{\"person\":1}\n"), "turnover", func(v survey.TableView) bool {
			return !v.Known && slices.Equal(v.Blocking, []string{"turnover/part-00000.json"}) && v.Previous == nil && v.Verdict == survey.Unchecked
		}},
		{"a file came beside an output", put("turnover/part-1.json", "{}\n"), "turnover", func(v survey.TableView) bool {
			return !v.Known && slices.Equal(v.Blocking, []string{"turnover/part-1.json"}) && v.Rows == 0
		}},
		{"an output is gone", func(w *laketest.Lake) error { return os.RemoveAll(filepath.Join(w.Root, "turnover")) }, "turnover", func(v survey.TableView) bool {
			return v.Missing && !v.Known && v.Previous != nil && v.Verdict == survey.Unchecked && slices.Equal(v.Trend, []int64{1, 1})
		}},
		{"a file was copied to its own place", func(w *laketest.Lake) error {
			w.Write(t, "turnover/copy", w.Read(t, "turnover/part-00000.json"))
			return os.Rename(filepath.Join(w.Root, "turnover/copy"), filepath.Join(w.Root, "turnover/part-00000.json"))
		}, "turnover", func(v survey.TableView) bool {
			return !v.Known && v.Blocking == nil && v.Stale == "" && v.Run != ""
		}},
		{"a later run made it without checks", func(w *laketest.Lake) error {
			w.Runner.Lake.Expectations = nil
			_, err := w.Run(t, pipeline.RunOptions{Force: true})
			return err
		}, "turnover", func(v survey.TableView) bool {
			return v.Known && v.Verdict == survey.Unchecked && v.Failing == nil && len(v.Trend) == 3
		}},
		{"it was rolled back", func(w *laketest.Lake) error {
			_, err := run.Rollback(t.Context(), w.Runner, "turnover")
			return err
		}, "turnover", func(v survey.TableView) bool { return v.Known && v.Previous != nil && v.Verdict == survey.Unchecked }},
		{"the newest record is damaged", func(w *laketest.Lake) error {
			w.Write(t, ".stedi/runs/"+view(t, w).Last.Run+"/run.json", "{\"run\":")
			return nil
		}, "turnover", func(v survey.TableView) bool { return len(v.Trend) == 1 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := laketest.New(t, checkedOrders())
			for range 2 {
				if _, err := w.Run(t, pipeline.RunOptions{Check: true, Force: true}); err != nil {
					t.Fatal(err)
				}
			}
			if err := c.change(w); err != nil {
				t.Fatal(err)
			}
			if v := tableOf(t, view(t, w), c.table); !c.right(v) {
				t.Errorf("it is %+v", v)
			}
		})
	}
}

// A caller that polls twice a second must not read gigabytes, write, or block a
// run.
func TestAViewReadsNoTableAndWritesNothing(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	if _, err := w.Run(t, pipeline.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	// After a copy of the lake, every file has another identity.
	for _, name := range []string{"people/landing/1.json", "known/part-00000.json", "people/trusted/part-00000.json"} {
		if text := w.Read(t, name); text != "" {
			w.Write(t, name+".new", text)
			if err := os.Rename(filepath.Join(w.Root, name+".new"), filepath.Join(w.Root, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.Fault = func(op dir.Op) error {
		if op.Kind != dir.KindOpen || strings.HasSuffix(op.Path, ".json") && !strings.Contains(op.Path, ".stedi") {
			t.Errorf("it does %s %s", op.Kind, op.Path)
		}
		return nil
	}
	if v := tableOf(t, view(t, w), "known"); v.Known || len(v.Blocking) > 0 {
		t.Errorf("known is %+v", v)
	}
}

func TestAViewOfALakeInARunNamesTheLockHolder(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	if _, err := w.Run(t, pipeline.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	w.Clock = w.Clock.Add(time.Minute)
	seen := 0
	record, err := run.Run(t.Context(), w.Runner, pipeline.RunOptions{Force: true}, func(e pipeline.Event) {
		v := view(t, w)
		if v.Holder == nil {
			if e.Step != "" {
				t.Error("nobody has it")
			}
			return
		}
		seen++
		if v.Holder.Run != e.Run || v.Last == nil || v.Last.Run != e.Run {
			t.Errorf("%+v has it, the last run is %+v", v.Holder, v.Last)
		}
		for _, table := range v.Tables {
			if len(table.Blocking) > 0 {
				t.Errorf("%s has blocking files", table.Table)
			}
		}
	})
	if err != nil || seen == 0 || record.Status != "ok" {
		t.Errorf("%v, %d views", err, seen)
	}
	if v := view(t, w); v.Holder != nil {
		t.Errorf("%+v has it still", v.Holder)
	}
}

func TestAViewRemembersTheNewestRunsOnly(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	var last string
	for range state.ViewRuns + 3 {
		record, err := w.Run(t, pipeline.RunOptions{})
		if err != nil {
			t.Fatal(err)
		}
		last = record.Run
	}
	v := view(t, w)
	if len(v.Runs) != state.ViewRuns || v.Last.Run != last || len(tableOf(t, v, "known").Trend) != state.ViewRuns {
		t.Errorf("%d runs, the last is %s", len(v.Runs), v.Last.Run)
	}
	if !v.Older {
		t.Error("older runs are not thought of")
	}
	var before []string
	for at := v.Runs[len(v.Runs)-1].Run; ; at = before[len(before)-1] {
		older, err := state.RecordsBefore(t.Context(), w.Runner.Store, at, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(older) == 0 {
			break
		}
		for _, r := range older {
			before = append(before, r.Run)
		}
	}
	if len(before) != 3 || !slices.IsSortedFunc(before, func(a, b string) int { return strings.Compare(b, a) }) {
		t.Errorf("before them there are %v", before)
	}
	// The history of an older version of the program does not list the runs.
	w.Write(t, ".stedi/history.json", fmt.Sprintf("{\"last\":%q}", last))
	if v := view(t, w); len(v.Runs) != state.ViewRuns || v.Last.Run != last {
		t.Errorf("%d runs without a list of them", len(v.Runs))
	}
}

// A view must not take longer with many runs or many landing files.
func BenchmarkView(b *testing.B) {
	for _, c := range []struct {
		name        string
		runs, files int
	}{{"20 runs", 20, 1}, {"10,000 runs", 10_000, 1}, {"100,000 files", 20, 100_000}} {
		b.Run(c.name, func(b *testing.B) {
			w := manyOf(b, c.runs, c.files)
			for b.Loop() {
				if _, err := survey.Lake(b.Context(), w.Runner); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// manyOf returns a lake of eight tables with the given numbers of runs and
// landing files.
func manyOf(b *testing.B, runs, files int) *laketest.Lake {
	b.Helper()
	w := laketest.New(b, stedi.Definition)
	if _, err := sample.Write(b.Context(), w.Root, sample.Options{Scale: 1}); err != nil {
		b.Fatal(err)
	}
	for i := range files - 1 {
		w.Write(b, fmt.Sprintf("step_trainer/landing/%d/%d.json", i%100, i), `{"sensorReadingTime":1655564444103,"serialNumber":"a","distanceFromObject":1}`+"\n")
	}
	record, err := w.Run(b, pipeline.RunOptions{Check: true})
	if err != nil {
		b.Fatal(err)
	}
	text := w.Read(b, ".stedi/runs/"+record.Run+"/run.json")
	for range runs - 1 {
		w.Clock = w.Clock.Add(-time.Hour)
		folder := ".stedi/runs/" + w.Clock.Format("20060102T150405.000Z") + "/"
		w.Write(b, folder+"run.json", text)
		w.Write(b, folder+"events.ndjson", "{}\n")
	}
	ids, err := state.Runs(b.Context(), w.Runner.Store)
	if err != nil {
		b.Fatal(err)
	}
	history := fmt.Sprintf(`{"last":%q,"runs":["%s"]}`, ids[0], strings.Join(ids[:20], `","`))
	w.Write(b, ".stedi/history.json", history)
	return w
}
