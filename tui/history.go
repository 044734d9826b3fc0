package tui

import (
	"context"
	"slices"
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
	run     string // the selected run; "": the newest
	records knownRuns
	base    string // the baseline run; "": the previous run
	wanted  string
	scroll  int
	halves  ui.Halves
	room    int // width of a line of the details in the last frame
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
	return &historyView{app: a, panes: ui.Focus{Count: historyPanes}}
}

func (h *historyView) title() string    { return "History" }
func (h *historyView) focus() *ui.Focus { return &h.panes }
func (h *historyView) filter() string   { return h.wanted }

func (h *historyView) close() {
	h.differ.Stop()
	h.records.reading.Stop()
}

func (h *historyView) setFilter(text string) tea.Cmd {
	h.wanted, h.run = text, ""
	if text == "" {
		return nil
	}
	return h.readOlder()
}

// runs returns the runs that match the filter, newest first.
func (h *historyView) runs() []*pipeline.Record {
	wanted := strings.ToLower(strings.TrimSpace(h.wanted))
	if wanted == "" {
		return h.records.list
	}
	var runs []*pipeline.Record
	for _, r := range h.records.list {
		text := r.Run + " " + r.Status + " " + r.Engine + " " + runText(r)
		if strings.Contains(strings.ToLower(text), wanted) {
			runs = append(runs, r)
		}
	}
	return runs
}

// at returns the index of the selected run.
func (h *historyView) at(runs []*pipeline.Record) int {
	return max(0, slices.IndexFunc(runs, func(r *pipeline.Record) bool { return r.Run == h.run }))
}

func (h *historyView) current() *pipeline.Record {
	runs := h.runs()
	if len(runs) == 0 {
		return nil
	}
	return runs[h.at(runs)]
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
	step := func(by int) func() tea.Cmd { return func() tea.Cmd { return h.move(by) } }
	return []ui.Action{
		k.Act("up", "up k", "up", step(-1)),
		k.Act("down", "down j", "down", step(1)),
		k.Act("page-up", "pgup", "page up", step(-10)),
		k.Act("page-down", "pgdown", "page down", step(10)),
		k.Act("first", "home g", "first", step(-1<<20)),
		k.Act("last", "end G", "last", step(1<<20)),
		k.Act("replay", "enter p", "replay", func() tea.Cmd { return h.Want(replayRun{r.Run}) }).At(1).When(there, ui.NoLine).When(!h.live.going(), ui.Running),
		k.Act("diff", "d", "compare with the previous run", h.compare).At(2).When(there, ui.NoLine).When(!there || h.base != r.Run, "this is the baseline run").When(h.before() != nil, "there is no run before it"),
		k.Act("diff-base", "space", "set as baseline", h.setBase).At(3).When(there, ui.NoLine),
		k.Act("report", "e", "report", func() tea.Cmd { return h.Want(writeReport{r}) }).At(4).When(there, ui.NoLine),
		k.Act("copy-run", "y", "copy the id", func() tea.Cmd { return h.CopyText(r.Run, r.Run) }).At(5).When(there, ui.NoLine),
	}
}

func (h *historyView) move(by int) tea.Cmd {
	if h.panes.At == detailPane {
		h.scroll = max(0, min(h.scroll+by, len(h.detail())-1))
		return nil
	}
	runs := h.runs()
	return h.choose(runs, min(h.at(runs)+by, len(runs)-1))
}

// choose selects a run. The first entry means the newest run, also after later
// runs. At the last entry it reads older runs.
func (h *historyView) choose(runs []*pipeline.Record, to int) tea.Cmd {
	h.scroll, h.run = 0, ""
	if to <= 0 {
		return nil
	}
	h.run = runs[to].Run
	if to == len(runs)-1 {
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
	return h.Toast(ui.Told, "choose another run and press d to compare it with "+h.base)
}

// compare computes the difference between the selected run and the baseline.
func (h *historyView) compare() tea.Cmd {
	a, b := h.before(), h.current()
	if a.Started.After(b.Started) {
		a, b = b, a
	}
	h.scroll, h.panes.At = 0, detailPane
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
