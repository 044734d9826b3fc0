package tui

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/state"
	"stedi/tui/ui"
)

// A survey returns only the newest runs, because a lake may have many thousands.
// Older runs are read when the cursor comes to the end of the list, or for a
// search.

// olderAtOnce is the number of older runs per read.
const olderAtOnce = 100

// knownRuns are the runs read so far, without gaps, newest first.
type knownRuns struct {
	list    []*pipeline.Record
	end     bool // there are no older runs
	reading ui.Task
}

// olderMsg brings runs that are older than the known ones.
type olderMsg struct {
	runs []*pipeline.Record
	err  error
}

// look merges the newest runs. Runs that are no longer among the newest stay,
// unless so many are new that there may be a gap.
func (k *knownRuns) look(newest []*pipeline.Record) {
	last := -1
	if len(newest) > 0 {
		last = slices.IndexFunc(k.list, func(r *pipeline.Record) bool { return r.Run == newest[len(newest)-1].Run })
	}
	if last < 0 {
		k.reading.Stop()
		k.list, k.end = newest, false
		return
	}
	k.list = slices.Concat(newest, k.list[last+1:])
}

// more reports whether there may be runs older than the known ones.
func (h *historyView) more() bool {
	return h.view != nil && h.view.Older && len(h.records.list) > 0 && !h.records.end
}

// readOlder reads runs that are older than the known ones.
func (h *historyView) readOlder() tea.Cmd {
	if !h.more() || h.records.reading.Working() {
		return nil
	}
	store, before := h.place.Runner.Store, h.records.list[len(h.records.list)-1].Run
	return h.Work.Start(&h.records.reading, func(ctx context.Context) tea.Msg {
		runs, err := state.RecordsBefore(ctx, store, before, olderAtOnce)
		return olderMsg{runs, err}
	})
}

// takeOlder appends older runs. While a filter is active, it requests the next
// ones.
func (h *historyView) takeOlder(msg olderMsg) tea.Cmd {
	if msg.err != nil {
		h.fail("older runs cannot be read", msg.err)
		return nil
	}
	h.records.list = slices.Concat(h.records.list, msg.runs)
	h.records.end = len(msg.runs) == 0
	h.sift()
	if h.wanted != "" {
		return h.readOlder()
	}
	return nil
}
