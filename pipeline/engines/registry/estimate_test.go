package registry_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/dir"
	"stedi/pipeline/engines/registry"
)

// twoTables is a lake of a landing table and two derived tables in a row.
func twoTables() *pipeline.Lake {
	return &pipeline.Lake{Tables: []*pipeline.Table{
		{Name: "raw", Zone: pipeline.Landing, Path: "raw"},
		{Name: "good", Zone: "trusted", Path: "good", Transform: &pipeline.Transform{Inputs: []string{"raw"}}},
		{Name: "best", Zone: "curated", Path: "best", Transform: &pipeline.Transform{Inputs: []string{"good", "raw"}}},
	}}
}

// past is the record of a run of the engine: inputs of 100 and 150 times size
// bytes, whose steps took so long.
func past(engine string, size int64, seconds, good, best float64) *pipeline.Record {
	return &pipeline.Record{
		Engine: engine, Seconds: seconds,
		Tables: []pipeline.TableRecord{{Table: "raw", Bytes: 100 * size}, {Table: "good", Bytes: 50 * size}},
		Steps: []pipeline.StepRecord{
			{Table: "good", State: pipeline.Published, Seconds: good},
			{Table: "best", State: pipeline.Published, Seconds: best},
		},
	}
}

func TestAPaceIsMeasuredInPastRuns(t *testing.T) {
	const megabyte = 1_000_000
	assumed := registry.Pace{Start: 1, PerSecond: 100e6}
	unbuilt := past("here", megabyte, 3, 1, 2)
	unbuilt.Tables = unbuilt.Tables[1:]
	failed := past("here", megabyte, 3, 1, 2)
	for i := range failed.Steps {
		failed.Steps[i].State = pipeline.Failed
	}
	for _, c := range []struct {
		name       string
		past       []*pipeline.Record
		steps      int
		start, per float64 // MB per second
		within     float64
	}{
		{name: "no runs", steps: 0, start: 1, per: 100},
		{name: "another engine", past: []*pipeline.Record{past("there", megabyte, 9, 4, 5)}, start: 1, per: 100},
		{name: "a size that is not known", past: []*pipeline.Record{unbuilt}, start: 1, per: 100},
		{name: "failed steps", past: []*pipeline.Record{failed}, start: 1, per: 100},
		{name: "as assumed", past: []*pipeline.Record{past("here", megabyte, 9, 2, 2.5)}, steps: 2, start: 1, per: 100},
		{name: "much data at half the speed", past: []*pipeline.Record{past("here", 1000*megabyte, 9999, 2001, 3001)}, steps: 2, start: 1, per: 50, within: 0.02},
		{name: "steps side by side", past: []*pipeline.Record{past("here", 1000*megabyte, 2501, 2001, 3001)}, steps: 2, start: 0.5, per: 100, within: 0.02},
		{name: "little data says nothing of the throughput", past: []*pipeline.Record{past("here", 1, 9, 3, 3)}, steps: 2, start: 3, per: 100, within: 0.001},
	} {
		t.Run(c.name, func(t *testing.T) {
			work := &registry.Work{Lake: twoTables(), Past: c.past, Factor: 1}
			got := work.Pace("here", assumed)
			near := func(got, want float64) bool { return math.Abs(got-want) <= want*max(c.within, 1e-9) }
			if got.Steps != c.steps || !near(got.Start, c.start) || !near(got.PerSecond/1e6, c.per) {
				t.Errorf("%d steps, %.3f s and %.1f MB/s: want %d, %.3f s and %.1f MB/s", got.Steps, got.Start, got.PerSecond/1e6, c.steps, c.start, c.per)
			}
		})
	}
}

// A pace is never negative, infinite or NaN, even if a record has such numbers.
func FuzzPace(f *testing.F) {
	f.Add(int64(1000), 3.0, 1.0, 2.0)
	f.Add(int64(0), 0.0, 0.0, 0.0)
	f.Add(int64(1), 1e-9, 5.0, 1e-12)
	f.Add(int64(-5), -1.0, -1.0, 3.0)
	f.Fuzz(func(t *testing.T, size int64, seconds, good, best float64) {
		if math.IsNaN(seconds + good + best) {
			return // JSON has no NaN
		}
		work := &registry.Work{Lake: twoTables(), Past: []*pipeline.Record{past("here", size, seconds, good, best)}, Factor: 1}
		for _, bytes := range []int64{0, 1e6, 1e17} {
			took := work.Pace("here", registry.Pace{Start: 1, PerSecond: 1e8}).Seconds(bytes)
			if !(took >= 0) || math.IsInf(took, 0) {
				t.Errorf("%d bytes take %g s", bytes, took)
			}
		}
	})
}

func entry(name string, start, perSecond float64, works error) registry.Entry {
	return registry.Entry{
		Name: name, Estimate: registry.Local(name, registry.Pace{Start: start, PerSecond: perSecond}),
		Builds: func(registry.Place) error { return works },
	}
}

func TestForecastsSayFromWhichSizeAnEngineIsBetter(t *testing.T) {
	lake := twoTables()
	work := &registry.Work{Lake: lake, Sizes: map[string]int64{"raw": 100e6, "good": 50e6}, PerHour: 3600, Factor: 1}
	// Two tables: the inputs are 100 and 150 MB, 250 MB in all.
	list := registry.List{
		entry("here", 0, 100e6, nil),              // 2.5 s
		entry("large", 50, 1e9, context.Canceled), // 100.25 s: as fast at 44 times the size
		entry("fast", 0, 200e6, nil),
		entry("slow", 1, 100e6, nil),
	}
	got := list.Forecasts(&list[0], registry.Place{Root: "/lake"}, work, lake.Tables[1:])
	if len(got) != 4 || !got[0].Selected || got[0].FasterFrom != nil || got[0].Seconds != 2.5 || got[0].CostUSD != 2.5 {
		t.Fatalf("the selected engine: %+v", got[0])
	}
	if from := got[1].FasterFrom; from == nil || float64(*from) < 100e6*44.4 || float64(*from) > 100e6*45 || got[1].Works {
		t.Errorf("the engine for large lakes: %+v", got[1])
	}
	if from := got[2].FasterFrom; from == nil || *from != 100e6 || got[2].CheaperFrom == nil || !got[2].Works {
		t.Errorf("the engine that is faster now: %+v", got[2])
	}
	if got[3].FasterFrom != nil || got[3].CheaperFrom != nil {
		t.Errorf("the engine that is never faster: %+v", got[3])
	}
}

func TestAnEmptyLakeHasForecasts(t *testing.T) {
	lake := twoTables()
	list := registry.List{entry("here", 1, 1e6, nil), entry("there", 2, 1e9, nil)}
	got := list.Forecasts(&list[0], registry.Place{}, &registry.Work{Lake: lake, Factor: 1}, lake.Tables[1:])
	if got[0].Seconds != 2 || got[1].Seconds != 4 || got[1].FasterFrom != nil {
		t.Errorf("%+v", got)
	}
}

func TestWorkHasTheSizesOfTablesAndOfThoseThatAreNotBuilt(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"raw/a.json": strings.Repeat("x", 300), "raw/b.json": strings.Repeat("x", 200), "good/part-00000.json": strings.Repeat("x", 40),
		".stedi/runs/20260101T000000.000Z/run.json": `{"engine":"here","seconds":4}`,
		".stedi/runs/20260102T000000.000Z/run.json": "damaged",
	} {
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	store, err := dir.Open(root, dir.Options{})
	if err != nil {
		t.Fatal(err)
	}
	work, err := registry.NewWork(t.Context(), &registry.Env{Lake: twoTables(), Store: store}, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	if work.Landing() != 500 || work.Size("good") != 40 || work.Size("best") != 500 || work.Times(3).Size("raw", "good") != 1620 {
		t.Errorf("sizes %v", work.Sizes)
	}
	if len(work.Past) != 1 || work.Past[0].Seconds != 4 || work.PerHour != 0.5 {
		t.Errorf("past %v, price %v", work.Past, work.PerHour)
	}
	if size := work.Times(1e300).Landing(); size != 1e17 {
		t.Errorf("the largest size is %d", size)
	}
}
