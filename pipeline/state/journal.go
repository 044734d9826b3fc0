package state

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"stedi/pipeline"
)

// EventsName is where a run keeps its events.
func EventsName(run string) string { return RunFolder(run) + "/events.ndjson" }

// Journal collects a run's events as JSON lines.
type Journal struct {
	Text  []byte
	began time.Time
	laid  time.Time       // when it was last laid into the lake
	steps map[string]pace // that have made progress
}

// pace is how far apart the progress of a step is kept.
type pace struct {
	began time.Time
	last  time.Time // of what was kept
}

// A run that is over within this time is not made slower by writing for those
// who follow it; a longer one writes no more often while nothing but its
// progress changes.
const journalPause = time.Second

// NewJournal starts the journal of a run.
func NewJournal(began time.Time) Journal {
	return Journal{began: began, laid: began, steps: map[string]pace{}}
}

// Add keeps an event, unless it is one of more progress than anybody wants to
// see: a step of ten minutes is told in as many lines as one needs to see it
// move.
func (j *Journal) Add(e pipeline.Event) {
	if e.Progress != nil && !j.worth(e) {
		return
	}
	line, err := json.Marshal(e)
	if err != nil {
		return // an Event has nothing in it that could fail
	}
	j.Text = append(append(j.Text, line...), '\n')
}

func (j *Journal) worth(e pipeline.Event) bool {
	p, ok := j.steps[e.Step]
	if !ok {
		p.began = e.Time
	}
	gap := min(max(e.Time.Sub(p.began)/100, time.Second/10), time.Second)
	if ok && e.Time.Sub(p.last) < gap {
		return false
	}
	p.last = e.Time
	j.steps[e.Step] = p
	return true
}

// Due tells whether the journal is to be laid into the lake after an event:
// always when a step has come to another state.
func (j *Journal) Due(e pipeline.Event) bool {
	if e.Time.Sub(j.began) < journalPause || (e.Progress != nil || e.Log != "") && e.Time.Sub(j.laid) < journalPause {
		return false
	}
	j.laid = e.Time
	return true
}

// ReadEvents returns what a run has told, as far as it has been written down:
// all of it once the record says that the run has ended, and while it is on its
// way no more than about a second less. Progress is thinned out. Lines that are
// damaged are left out. Without any event, as in the first second of a run, the
// error is fs.ErrNotExist.
func ReadEvents(ctx context.Context, store pipeline.Store, run string) (_ []pipeline.Event, err error) {
	r, err := store.Open(ctx, EventsName(run))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("events of run %s: %w", run, err)
	}
	return parseEvents(text), nil
}

func parseEvents(text []byte) []pipeline.Event {
	var events []pipeline.Event
	for line := range bytes.Lines(text) {
		var e pipeline.Event
		if json.Unmarshal(line, &e) == nil && !e.Time.IsZero() && e.Run != "" {
			events = append(events, e)
		}
	}
	return events
}
