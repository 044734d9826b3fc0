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

// EventsName returns the name of a run's file of events.
func EventsName(run string) string { return RunFolder(run) + "/events.ndjson" }

// Journal collects a run's events as JSON lines.
type Journal struct {
	Text  []byte
	began time.Time
	laid  time.Time       // time of the last write to the lake
	steps map[string]pace // steps with progress
}

// pace determines how often the progress of a step is kept.
type pace struct {
	began time.Time
	last  time.Time // time of the last kept event
}

// journalPause is how long a run writes no events for followers, so that a short
// run is not slowed down. A longer run writes at most once in this time while
// only progress or log lines are new.
const journalPause = time.Second

// NewJournal starts the journal of a run.
func NewJournal(began time.Time) Journal {
	return Journal{began: began, laid: began, steps: map[string]pace{}}
}

// Add appends an event. It drops progress events that are more frequent than
// useful: a long step keeps only enough of them to show that it moves.
func (j *Journal) Add(e pipeline.Event) {
	if e.Progress != nil && !j.worth(e) {
		return
	}
	line, err := json.Marshal(e)
	if err != nil {
		return // an Event contains nothing that can fail to encode
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

// Due reports whether the journal is to be written to the lake after an event:
// always if a step has changed its state.
func (j *Journal) Due(e pipeline.Event) bool {
	if e.Time.Sub(j.began) < journalPause || (e.Progress != nil || e.Log != "") && e.Time.Sub(j.laid) < journalPause {
		return false
	}
	j.laid = e.Time
	return true
}

// ReadEvents returns the recorded events of a run: all of them if the record
// shows that the run has ended; during the run the last second or so may be
// missing. Progress is thinned out, and damaged lines are left out. Without any
// event, as in the first second of a run, the error is fs.ErrNotExist.
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
