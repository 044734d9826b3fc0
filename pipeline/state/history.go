package state

import (
	"context"
	"slices"
	"strings"
	"time"

	"stedi/pipeline"
)

// History is what a lake records about all runs together.
type History struct {
	Last    string   `json:"last"`              // the newest run
	Runs    []string `json:"runs,omitempty"`    // the newest runs, newest first
	Rejects []string `json:"rejects,omitempty"` // runs whose rejects are still stored
}

// HistoryName is the name of the history file in a lake.
const HistoryName = pipeline.StateFolder + "/history.json"

// ReadHistory reads the history of a lake. If it is missing or damaged, the newest
// run and the runs with rejects are those that have a folder.
func ReadHistory(ctx context.Context, store pipeline.Store) (h History, err error) {
	if found, err := ReadCache(ctx, store, HistoryName, &h); err != nil || found {
		return h, err
	}
	h = History{}
	files, err := store.List(ctx, runsFolder)
	for _, f := range files {
		id, name, _ := strings.Cut(strings.TrimPrefix(f.Name, runsFolder+"/"), "/")
		h.Last = max(h.Last, id)
		if strings.HasPrefix(name, "rejects/") && !slices.Contains(h.Rejects, id) {
			h.Rejects = append(h.Rejects, id)
		}
	}
	return h, err
}

const runsFolder = pipeline.StateFolder + "/runs"

// runIDLayout sorts by time as text.
const runIDLayout = "20060102T150405.000Z"

// RunID returns the id of a run that started at t: UTC to the millisecond. Ids
// sort by time as text.
func RunID(t time.Time) string { return t.UTC().Format(runIDLayout) }

// After returns t, or one millisecond after the last run if the clock was set
// back, so that run ids always increase.
func After(t time.Time, last string) time.Time {
	if previous, err := time.Parse(runIDLayout, last); err == nil && !t.After(previous) {
		return previous.Add(time.Millisecond)
	}
	return t
}
