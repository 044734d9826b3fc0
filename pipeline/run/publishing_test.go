package run_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/dir"
	"stedi/pipeline/laketest"
	"stedi/pipeline/run"
)

const knownPart = "people/trusted/part-00000.json"

// watchedEngine reports the tables that it begins to build.
type watchedEngine struct {
	pipeline.Engine
	begins func(table string)
}

func (e watchedEngine) Run(ctx context.Context, job pipeline.Job, progress func(pipeline.Progress)) (pipeline.Result, error) {
	e.begins(job.Table.Name)
	return e.Engine.Run(ctx, job, progress)
}

// A table is published while the next one is built. Each step is told of from
// its beginning to its end before the next one.
func TestATableIsPublishedWhileTheNextIsBuilt(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	next := make(chan struct{})
	w.Runner.Engine = watchedEngine{w.Runner.Engine, func(table string) {
		if table == "bought" {
			close(next)
		}
	}}
	w.Fault = func(op dir.Op) error {
		if op.Kind != dir.KindRename || !strings.HasSuffix(op.Path, knownPart) {
			return nil
		}
		select {
		case <-next:
			return nil
		case <-time.After(time.Minute):
			return errors.New("no other step began in a minute")
		}
	}
	var published, told []string
	record, err := run.Run(t.Context(), w.Runner, pipeline.RunOptions{}, func(e pipeline.Event) {
		switch {
		case e.Step == "" || e.State == pipeline.Waiting:
		case e.State != pipeline.Published:
			told = append(told, e.Step)
		default:
			published = append(published, e.Step)
			told = append(told, e.Step)
			if e.Result == nil || e.Result.Rows == 0 {
				t.Errorf("%s is published with the result %+v", e.Step, e.Result)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if order := slices.Compact(told); !slices.Equal(order, published) {
		t.Errorf("the steps are told of in the order %v", order)
	}
	var recorded []string
	for _, s := range record.Steps {
		recorded = append(recorded, s.Table)
	}
	if len(published) != 4 || published[0] != "known" || !slices.Equal(published, recorded) {
		t.Errorf("published: %v; recorded: %v", published, recorded)
	}
	for _, s := range record.Tables {
		if s.Zone != pipeline.Landing && (s.MadeBy != record.Run || s.Files != 1 || s.Bytes == 0) {
			t.Errorf("the record of %s: %+v", s.Table, s)
		}
	}
}

// What was built from a version that then could not be published is not
// published, whatever fails on the way, and the next run builds it.
func TestNothingIsPublishedThatWasBuiltFromAnUnpublishedVersion(t *testing.T) {
	faults := map[string]func(dir.Op) bool{
		"intent": func(op dir.Op) bool {
			return op.Kind == dir.KindRename && strings.HasSuffix(op.Path, "intent/known.json")
		},
		"commit": func(op dir.Op) bool { return op.Kind == dir.KindRename && strings.HasSuffix(op.Path, knownPart) },
		"manifest": func(op dir.Op) bool {
			return op.Kind == dir.KindRename && strings.HasSuffix(op.Path, "tables/known.json")
		},
		"end": func(op dir.Op) bool {
			return op.Kind == dir.KindRemove && strings.HasSuffix(op.Path, "intent/known.json")
		},
	}
	for name, hits := range faults {
		for _, rebuilt := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				w := laketest.New(t, laketest.Orders)
				if rebuilt {
					if _, err := w.Run(t, pipeline.RunOptions{}); err != nil {
						t.Fatal(err)
					}
					w.Write(t, "people/landing/2.json", "{\"id\":2,\"name\":\"Bob\"}\n")
				}
				old := map[string]string{}
				for _, part := range []string{"orders/trusted", "turnover", "names"} {
					old[part] = w.Read(t, part+"/part-00000.json")
				}
				w.Fault = func(op dir.Op) error {
					if hits(op) {
						return syscall.ENOSPC
					}
					return nil
				}
				record, err := w.Run(t, pipeline.RunOptions{})
				if !errors.Is(err, syscall.ENOSPC) || record.Status == "ok" {
					t.Errorf("it ends with %v, %s", err, record.Status)
				}
				if got := record.Step("known"); got.State != pipeline.Failed || got.Error == "" || got.Rows != 0 {
					t.Errorf("known: %+v", got)
				}
				for _, table := range []string{"bought", "turnover", "names"} {
					if got := record.Step(table); got.State != pipeline.Skipped || got.Reason != "known failed" {
						t.Errorf("%s: %s, %q", table, got.State, got.Reason)
					}
				}
				for part, text := range old {
					if now := w.Read(t, part+"/part-00000.json"); now != text {
						t.Errorf("%s was %q and is %q", part, text, now)
					}
				}
				w.Fault = nil
				if record, err = w.Run(t, pipeline.RunOptions{Check: true}); err != nil || record.Status != "ok" {
					t.Errorf("the next run: %v, %s", err, laketest.States(record))
				}
				if got := w.Read(t, "orders/trusted/part-00000.json"); strings.Contains(got, `"person":2`) != rebuilt {
					t.Errorf("after the next run: %q", got)
				}
			})
		}
	}
}

// A check of rows that leave the engine may read a table that was up to date, while
// the table that was just built is published.
func TestACheckReadsATableThatWasUpToDateDuringAPublish(t *testing.T) {
	w := laketest.New(t, laketest.OrdersWith(map[string]string{
		"transforms/buyers.sql":   "-- zone: curated\n-- path: buyers\nSELECT t.person FROM turnover AS t",
		"checks/bought_known.sql": "-- table: bought\n-- severity: warning\n-- Buyers are known.\nSELECT b.person FROM bought AS b LEFT JOIN known AS k ON k.id = b.person WHERE k.id IS NULL OR k.id = 1",
	}))
	w.MustRun(t, pipeline.RunOptions{Select: []string{"known"}})
	record := w.MustRun(t, pipeline.RunOptions{Check: true, HoldLimit: 1})
	for _, c := range record.Checks {
		if c.Check == "bought_known" && (c.State != "fail" || c.Failing == 0) {
			t.Errorf("the check found %+v", c)
		}
	}
	if got := laketest.States(record); !strings.Contains(got, "known up to date") {
		t.Errorf("the steps are %s", got)
	}
}

// The file before and the new one cannot be told apart by their content.
func TestAnInterruptedPublishOfTheSameRowsIsRecovered(t *testing.T) {
	for _, after := range []bool{false, true} {
		w := laketest.New(t, laketest.Orders)
		w.MustRun(t, pipeline.RunOptions{})
		w.Write(t, "people/landing/2.json", "{\"id\":9,\"name\":\"\"}\n") // not a row of known
		w.Write(t, "orders/landing/2.json", "{\"person\":1,\"total\":99}\n")
		var killed atomic.Bool
		w.Fault = func(op dir.Op) error {
			commits := op.Kind == dir.KindRename && strings.HasSuffix(op.Path, knownPart)
			if killed.Load() || commits && !after {
				killed.Store(true)
				return fmt.Errorf("%s %s: injected", op.Kind, op.Path)
			}
			killed.Store(commits)
			return nil
		}
		if _, err := w.Run(t, pipeline.RunOptions{Select: []string{"known"}}); err == nil || !killed.Load() {
			t.Fatal("the run was not interrupted")
		}
		w.Fault = nil
		for _, selected := range []string{"bought", "names"} {
			if _, err := w.Run(t, pipeline.RunOptions{Select: []string{"+" + selected}}); err != nil {
				t.Errorf("interrupted after the commit: %t: %s: %v", after, selected, err)
			}
		}
		if text := w.Read(t, "orders/trusted/part-00000.json"); !strings.Contains(text, "99.0") {
			t.Errorf("interrupted after the commit: %t: the added row is missing", after)
		}
	}
}
