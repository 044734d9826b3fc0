package state

import (
	"time"

	"stedi/pipeline"
)

// History is what the lake remembers of runs as a whole.
type History struct {
	Last    string   `json:"last"`              // the newest run
	Runs    []string `json:"runs,omitempty"`    // the newest ones, newest first
	Rejects []string `json:"rejects,omitempty"` // runs whose rejects still lie there
}

// HistoryName is where a lake keeps its history.
const HistoryName = pipeline.StateFolder + "/history.json"

// runIDLayout sorts by time as text.
const runIDLayout = "20060102T150405.000Z"

// RunID is the id of a run that started at t: UTC to the millisecond, in an
// order that is also that of text.
func RunID(t time.Time) string { return t.UTC().Format(runIDLayout) }

// After returns t, or the moment after the last run if the clock has gone
// back: run ids never do.
func After(t time.Time, last string) time.Time {
	if previous, err := time.Parse(runIDLayout, last); err == nil && !t.After(previous) {
		return previous.Add(time.Millisecond)
	}
	return t
}
