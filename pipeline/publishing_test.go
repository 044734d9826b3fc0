package pipeline_test

import (
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/dir"
	"stedi/pipeline/run"
)

const knownPart = "people/trusted/part-00000.json"

// A table is published while the next one is built, and before it is published.
func TestATableIsPublishedWhileTheNextIsBuilt(t *testing.T) {
	w := newWorld(t, orders)
	next := make(chan struct{})
	w.fault = func(op dir.Op) error {
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
	var published []string
	record, err := run.Run(t.Context(), w.runner, pipeline.RunOptions{}, func(e pipeline.Event) {
		if e.State == pipeline.Running && e.Progress == nil && e.Step != "known" && len(published) == 0 {
			select {
			case <-next:
			default:
				close(next)
			}
		}
		if e.Step != "" && e.State == pipeline.Published {
			published = append(published, e.Step)
			if e.Result == nil || e.Result.Rows == 0 {
				t.Errorf("%s is published with the result %+v", e.Step, e.Result)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
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
				w := newWorld(t, orders)
				if rebuilt {
					if _, err := w.run(t, pipeline.RunOptions{}); err != nil {
						t.Fatal(err)
					}
					w.write(t, "people/landing/2.json", "{\"id\":2,\"name\":\"Bob\"}\n")
				}
				old := map[string]string{}
				for _, part := range []string{"orders/trusted", "turnover", "names"} {
					old[part] = w.read(t, part+"/part-00000.json")
				}
				w.fault = func(op dir.Op) error {
					if hits(op) {
						return syscall.ENOSPC
					}
					return nil
				}
				record, err := w.run(t, pipeline.RunOptions{})
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
					if now := w.read(t, part+"/part-00000.json"); now != text {
						t.Errorf("%s was %q and is %q", part, text, now)
					}
				}
				w.fault = nil
				if record, err = w.run(t, pipeline.RunOptions{Check: true}); err != nil || record.Status != "ok" {
					t.Errorf("the next run: %v, %s", err, states(record))
				}
				if got := w.read(t, "orders/trusted/part-00000.json"); strings.Contains(got, `"person":2`) != rebuilt {
					t.Errorf("after the next run: %q", got)
				}
			})
		}
	}
}
