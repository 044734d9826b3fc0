package tui

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
)

// A look at the lake brings the newest runs alone, for a lake may remember many
// thousands. Those before them are read when somebody comes to the end of the
// list, or looks for something.

// olderAtOnce is how many of them are read at a time.
const olderAtOnce = 100

// olderRuns are runs from before the newest ones, as far as they were read.
type olderRuns struct {
	runs    []*pipeline.Record // newest first
	end     bool               // there are no others
	reading task
	newest  []*pipeline.Record // the newest ones, as of the last look
}

// olderMsg brings some of them.
type olderMsg struct {
	runs []*pipeline.Record
	err  error
}

// known are all runs that were read, the newest first.
func (h *historyView) known() []*pipeline.Record {
	if h.view == nil {
		return nil
	}
	return slices.Concat(h.view.Runs, h.older.runs)
}

// more tells whether there may be runs before those that are known.
func (h *historyView) more() bool {
	return h.view != nil && h.view.Older && len(h.view.Runs) > 0 && !h.older.end
}

// readOlder reads some runs from before those that are known.
func (h *historyView) readOlder() tea.Cmd {
	if !h.more() || h.older.reading.working() {
		return nil
	}
	known := h.known()
	store, before := h.place.Runner.Store, known[len(known)-1].Run
	return h.work.start(&h.older.reading, func(ctx context.Context) tea.Msg {
		runs, err := pipeline.RecordsBefore(ctx, store, before, olderAtOnce)
		return olderMsg{runs, err}
	})
}

// takeOlder takes them. While something is looked for, it asks for the next.
func (h *historyView) takeOlder(msg olderMsg) tea.Cmd {
	if msg.err != nil {
		h.fail("older runs cannot be read", msg.err)
		return nil
	}
	h.older.runs = append(h.older.runs, msg.runs...)
	h.older.end = len(msg.runs) == 0
	if h.wanted != "" {
		return h.readOlder()
	}
	return nil
}

// shift keeps the runs that newer ones have pushed out of the newest.
func (h *historyView) shift() {
	now := h.view.Runs
	if len(now) == 0 {
		h.older.runs, h.older.newest = nil, nil
		return
	}
	if len(h.older.runs) > 0 {
		pushed := slices.DeleteFunc(slices.Clone(h.older.newest), func(r *pipeline.Record) bool {
			return r.Run >= now[len(now)-1].Run || r.Run <= h.older.runs[0].Run
		})
		h.older.runs = append(pushed, h.older.runs...)
	}
	h.older.newest = now
}
