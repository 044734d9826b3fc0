package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/laketest"
	"stedi/pipeline/run"
	"stedi/pipeline/state"
	"stedi/pipeline/survey"
)

// talkative is an engine that reports a lot of progress before it does
// anything.
type talkative struct {
	pipeline.Engine
	times int
	heard chan struct{} // signalled by the caller after each report
}

func (e *talkative) Run(ctx context.Context, job pipeline.Job, progress func(pipeline.Progress)) (pipeline.Result, error) {
	for i := range e.times {
		progress(pipeline.Progress{RowsRead: int64(i)})
		<-e.heard
	}
	return e.Engine.Run(ctx, job, func(pipeline.Progress) {})
}

func TestARunTellsOthersWhatItDoesWhileItIsLong(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	began := w.Clock
	record, err := run.Run(t.Context(), w.Runner, pipeline.RunOptions{}, func(e pipeline.Event) {
		events, err := state.ReadEvents(t.Context(), w.Runner.Store, e.Run)
		switch {
		case w.Clock.Sub(began) < time.Second:
			if !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("in the first second there are events: %v", err)
			}
		case err != nil:
			t.Error(err)
		case e.Progress == nil && (len(events) == 0 || events[len(events)-1].State != e.State || events[len(events)-1].Step != e.Step):
			t.Errorf("%s %v is not there", e.Step, e.State)
		}
		w.Clock = w.Clock.Add(300 * time.Millisecond)
	})
	if err != nil {
		t.Fatal(err)
	}
	events, err := state.ReadEvents(t.Context(), w.Runner.Store, record.Run)
	if err != nil || events[len(events)-1].State != pipeline.Published || events[len(events)-1].Step != "" {
		t.Errorf("%v, it ends with %+v", err, events)
	}
}

// The progress of an hour must not become a file that takes long to read or to
// write repeatedly.
func TestProgressIsThinnedOutInTheJournalAndStatesAreNot(t *testing.T) {
	for _, c := range []struct {
		every time.Duration
		most  int
	}{{20 * time.Millisecond, 205}, {time.Second, 1010}} {
		t.Run(c.every.String(), func(t *testing.T) {
			w := laketest.New(t, laketest.Orders)
			e := &talkative{Engine: w.Runner.Engine, times: 1000, heard: make(chan struct{})}
			w.Runner.Engine = e
			told, states := 0, []string{}
			record, err := run.Run(t.Context(), w.Runner, pipeline.RunOptions{Select: []string{"known"}}, func(event pipeline.Event) {
				if event.Progress == nil {
					states = append(states, event.Step+event.State.String())
					return
				}
				told++
				w.Clock = w.Clock.Add(c.every)
				e.heard <- struct{}{}
			})
			if err != nil || told != 1000 {
				t.Fatalf("%v, %d told", err, told)
			}
			events, err := state.ReadEvents(t.Context(), w.Runner.Store, record.Run)
			if err != nil {
				t.Fatal(err)
			}
			var kept []string
			var last time.Time
			for _, event := range events {
				if event.Progress == nil {
					kept = append(kept, event.Step+event.State.String())
					continue
				}
				if gap := event.Time.Sub(last); gap < 100*time.Millisecond {
					t.Errorf("%v apart", gap)
				}
				last = event.Time
			}
			if n := len(events) - len(kept); n > c.most || n < 100 || !slices.Equal(kept, states) {
				t.Errorf("%d times progress, and %v, want %v", n, kept, states)
			}
		})
	}
}

func TestDamagedEventsAreLeftOut(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	good := `{"time":"2026-01-02T03:04:05Z","run":"1","step":"known","state":"running"}` + "\n"
	w.Write(t, ".stedi/runs/1/events.ndjson", good+"{}\nnull\n[1]\n\n"+good+good[:20])
	events, err := state.ReadEvents(t.Context(), w.Runner.Store, "1")
	if err != nil || len(events) != 2 || events[1].State != pipeline.Running {
		t.Errorf("%v, %+v", err, events)
	}
	if _, err := state.ReadEvents(t.Context(), w.Runner.Store, "../1"); !errors.Is(err, pipeline.ErrUnsafe) {
		t.Errorf("out of the lake: %v", err)
	}
}

// followed is a lake with one run whose record and events the test writes.
type followed struct {
	*laketest.Lake
	id    string
	began time.Time
}

func newFollowed(t *testing.T) *followed {
	t.Helper()
	f := &followed{Lake: laketest.New(t, laketest.Orders), id: "20260102T030405.000Z"}
	f.began = f.Clock
	f.record(t, "running")
	return f
}

func (f *followed) record(t *testing.T, status string) {
	t.Helper()
	f.Write(t, ".stedi/runs/"+f.id+"/run.json", fmt.Sprintf(`{"run":%q,"status":%q,"started":%q}`, f.id, status, f.began.Format(time.RFC3339)))
}

func (f *followed) events(t *testing.T, n int) {
	t.Helper()
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "{\"time\":%q,\"run\":%q,\"step\":\"known\",\"reason\":\"%d\"}\n", f.began.Format(time.RFC3339), f.id, i)
	}
	f.Write(t, ".stedi/runs/"+f.id+"/events.ndjson", text.String())
}

func (f *followed) hold(t *testing.T, since time.Time) (unlock func() error) {
	t.Helper()
	unlock, err := f.Runner.Store.Lock(t.Context(), pipeline.Holder{Run: f.id, PID: os.Getpid(), Host: "here", Since: since})
	if err != nil {
		t.Fatal(err)
	}
	return unlock
}

func TestFollowPassesOnWhatARunTells(t *testing.T) {
	f := newFollowed(t)
	unlock := f.hold(t, f.began)
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan error, 1)
		var told []string
		go func() {
			ended <- survey.Follow(t.Context(), f.Runner, f.id, func(e pipeline.Event) { told = append(told, e.Reason) })
		}()
		for n, want := range []string{"", "0", "0 1"} {
			synctest.Wait()
			if got := strings.Join(told, " "); got != want {
				t.Errorf("told %q, want %q", got, want)
			}
			f.events(t, n+1)
			<-time.After(600 * time.Millisecond)
		}
		f.events(t, 4)
		f.record(t, "ok")
		if err := errors.Join(unlock(), <-ended); err != nil || strings.Join(told, " ") != "0 1 2 3" {
			t.Errorf("%v, told %v", err, told)
		}
	})
}

func TestFollowEndsWithARunThatWasCutOff(t *testing.T) {
	for _, c := range []struct {
		name string
		run  string
		held bool // by a run that started later
		kind pipeline.Kind
	}{
		{"nobody has the lake any more", "20260102T030405.000Z", false, pipeline.BadEngine},
		{"a later run has it", "20260102T030405.000Z", true, pipeline.BadEngine},
		{"there never was one", "20260102T030406.000Z", false, pipeline.BadUsage},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFollowed(t)
			f.events(t, 2)
			unlock := func() error { return nil }
			if c.held {
				unlock = f.hold(t, f.began.Add(time.Second))
			}
			err := survey.Follow(t.Context(), f.Runner, c.run, func(pipeline.Event) {})
			if pipeline.KindOf(err) != c.kind {
				t.Errorf("it ends with %v", err)
			}
			if err := unlock(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestFollowCanBeCancelled(t *testing.T) {
	f := newFollowed(t)
	unlock := f.hold(t, f.began)
	ctx, cancel := context.WithCancel(t.Context())
	f.events(t, 1)
	err := survey.Follow(ctx, f.Runner, f.id, func(pipeline.Event) { cancel() })
	if !errors.Is(err, context.Canceled) || unlock() != nil {
		t.Error(err)
	}
}

func TestPastSecondsAreThoseOfTablesThatWereMade(t *testing.T) {
	step := func(state pipeline.State, seconds float64) *pipeline.Record {
		return &pipeline.Record{Engine: "e", Steps: []pipeline.StepRecord{{Table: "known", State: state, Seconds: seconds}}}
	}
	runs := []*pipeline.Record{step(pipeline.Published, 3), step(pipeline.UpToDate, 0), step(pipeline.Failed, 9), {}, step(pipeline.Published, 1)}
	other := step(pipeline.Published, 60)
	other.Engine = "a service far away"
	runs = append(runs, other)
	if got := state.PastSeconds(runs, "e", "known"); !slices.Equal(got, []float64{3, 1}) {
		t.Errorf("it took %v", got)
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		of   []float64
		want float64
		ok   bool
	}{{nil, 0, false}, {[]float64{5}, 5, true}, {[]float64{9, 1, 5}, 5, true}, {[]float64{4, 1, 2, 9}, 3, true}} {
		if got, ok := state.Median(c.of); got != c.want || ok != c.ok {
			t.Errorf("of %v it is %v, %v", c.of, got, ok)
		}
	}
}
