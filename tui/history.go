package tui

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/report"
	"stedi/tui/ui"
)

// historyView is the fifth screen: the past runs, the details of each, and the
// difference of two.
type historyView struct {
	*app
	panes   ui.Focus
	list    ui.List // of runs, the newest first
	text    ui.List // of the lines about the chosen one
	records knownRuns
	runs    []*pipeline.Record // those of them that the filter lets through
	base    string             // the run that others are compared with; "": the one before
	wanted  string
	halves  ui.Halves
	differ  ui.Task
	diff    *runDiff
}

// runDiff is the difference of two runs.
type runDiff struct {
	a, b string
	diff *report.Diff
	rows []report.RowsDiff
	err  error
}

// diffMsg brings a difference.
type diffMsg struct{ *runDiff }

// The panes of the history screen.
const (
	listPane = iota
	detailPane
	historyPanes
)

func newHistory(a *app) *historyView {
	h := &historyView{app: a, panes: ui.Focus{Count: historyPanes}}
	h.list = ui.List{
		Kit: a.Kit, Panes: &h.panes, Pane: listPane, Newest: true, Moved: h.moved, More: [2]string{"more run", "more runs"},
		Len:  func() int { return len(h.runs) + h.below() },
		Name: func(i int) string { return h.runs[i].Run },
		Skip: func(i int) bool { return i >= len(h.runs) },
	}
	h.text = ui.List{
		Kit: a.Kit, Panes: &h.panes, Pane: detailPane, Text: true, More: moreLines,
		Len: func() int { return len(h.detail(h.text.Width())) },
	}
	return h
}

func (h *historyView) title() string    { return "History" }
func (h *historyView) focus() *ui.Focus { return &h.panes }
func (h *historyView) filter() string   { return h.wanted }

func (h *historyView) close() {
	h.differ.Stop()
	h.records.reading.Stop()
}

func (h *historyView) setFilter(text string) tea.Cmd {
	h.wanted = text
	h.sift()
	h.list.Filtered()
	if text == "" {
		return nil
	}
	return h.readOlder()
}

// sift finds the runs that the filter lets through, the newest first. It is
// called after the filter or the known runs have changed.
func (h *historyView) sift() {
	wanted := strings.ToLower(strings.TrimSpace(h.wanted))
	if h.runs = h.records.list; wanted == "" {
		return
	}
	h.runs = nil
	for _, r := range h.records.list {
		text := r.Run + " " + r.Status + " " + r.Engine + " " + runText(r)
		if strings.Contains(strings.ToLower(text), wanted) {
			h.runs = append(h.runs, r)
		}
	}
}

// below is how many lines the list has after the runs: one if there may be older
// runs.
func (h *historyView) below() int {
	if h.more() && len(h.runs) > 0 {
		return 1
	}
	return 0
}

func (h *historyView) current() *pipeline.Record {
	if len(h.runs) == 0 {
		return nil
	}
	return h.runs[h.list.At()]
}

// before returns the run that the selected one is compared with.
func (h *historyView) before() *pipeline.Record {
	chosen := h.current()
	if chosen == nil {
		return nil
	}
	older := false
	for _, r := range h.records.list {
		switch {
		case h.base != "" && r.Run == h.base && r != chosen:
			return r
		case h.base == "" && older && r.Status != "running":
			return r
		}
		older = older || r == chosen
	}
	return nil
}

func (h *historyView) actions() []ui.Action {
	k, r := h.Keys, h.current()
	there := r != nil
	moves := h.list.Actions("", ui.LetterKeys, 0)
	if h.panes.At == detailPane {
		moves = h.text.Actions("", ui.LetterKeys, 0)
	}
	return append(moves,
		k.Act("replay", "enter p", "replay", func() tea.Cmd { return h.Want(replayRun{r.Run}) }).At(1).When(there, ui.NoLine).When(!h.live.going(), ui.Running),
		k.Act("diff", "d", "compare with the previous run", h.compare).At(2).When(there, ui.NoLine).When(!there || h.base != r.Run, "this is the baseline run").When(h.before() != nil, "there is no run before it"),
		k.Was("space", "diff-base", "m", "set as baseline", h.setBase).At(3).When(there, ui.NoLine),
		k.Act("report", "e", "report", func() tea.Cmd { return h.Want(writeReport{r}) }).At(4).When(there, ui.NoLine),
		k.Act("copy-run", "y", "copy the id", func() tea.Cmd { return h.CopyText(r.Run, r.Run) }).At(5).When(there, ui.NoLine),
	)
}

// moved shows the chosen run from its first line. At the last run older ones are
// read.
func (h *historyView) moved() tea.Cmd {
	h.text.Reset()
	if at := h.list.At(); at > 0 && at == len(h.runs)-1 {
		return h.readOlder()
	}
	return nil
}

func (h *historyView) setBase() tea.Cmd {
	if h.base == h.current().Run {
		h.base = ""
		return h.Toast(ui.Told, "runs are compared with the one before them")
	}
	h.base = h.current().Run
	return h.Toast(ui.Told, "choose another run and press "+ui.KeyOf(h.actions(), "diff")+" to compare it with "+h.base)
}

// unwind closes the difference, and reports whether there was one.
func (h *historyView) unwind() bool {
	if h.shownDiff() == nil {
		return false
	}
	h.differ.Stop()
	h.diff, h.panes.At = nil, listPane
	h.text.Reset()
	return true
}

// compare computes the difference between the selected run and the baseline.
func (h *historyView) compare() tea.Cmd {
	a, b := h.before(), h.current()
	if a.Started.After(b.Started) {
		a, b = b, a
	}
	h.panes.At = detailPane
	h.text.Reset()
	h.diff = &runDiff{a: a.Run, b: b.Run}
	runner, querier := h.place.Runner, h.place.Versions
	return h.Work.Start(&h.differ, func(ctx context.Context) tea.Msg {
		d := &runDiff{a: a.Run, b: b.Run}
		if d.diff, d.err = report.Compare(ctx, runner.Store, a, b); d.err == nil {
			d.rows, d.err = report.CompareRows(ctx, runner, querier, d.diff)
		}
		return diffMsg{d}
	})
}

func (h *historyView) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case viewMsg:
		if msg.err == nil {
			h.records.look(h.view.Runs)
			h.sift()
		}
	case olderMsg:
		return h.takeOlder(msg)
	case diffMsg:
		h.diff = msg.runDiff
		if msg.err != nil {
			h.fail("the runs cannot be compared", msg.err)
		}
	}
	return nil
}
