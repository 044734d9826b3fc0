package tui

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/report"
)

// historyView is the fifth screen: the runs of the past, what each did, and
// how two of them differ.
type historyView struct {
	*app
	panes   focus
	run     string // the chosen one; "": the newest
	records knownRuns
	base    string // the run that others are compared with; "": the one before
	wanted  string
	scroll  int
	halves  halves
	room    int // for a line of the details, as it was last drawn
	differ  task
	diff    *runDiff
}

// runDiff is how two runs differ.
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

func newHistory(a *app) *historyView { return &historyView{app: a, panes: focus{count: historyPanes}} }

func (h *historyView) title() string  { return "History" }
func (h *historyView) focus() *focus  { return &h.panes }
func (h *historyView) filter() string { return h.wanted }

func (h *historyView) close() {
	h.differ.stop()
	h.records.reading.stop()
}

func (h *historyView) setFilter(text string) tea.Cmd {
	h.wanted, h.run = text, ""
	if text == "" {
		return nil
	}
	return h.readOlder()
}

// runs are those that the filter lets through, the newest first.
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

// at is where the chosen run is among them.
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

// before is the run that the chosen one is compared with.
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

func (h *historyView) actions() []action {
	k, r := h.keys, h.current()
	there := r != nil
	step := func(by int) func() tea.Cmd { return func() tea.Cmd { return h.move(by) } }
	return []action{
		k.act("up", "up k", "up", step(-1)),
		k.act("down", "down j", "down", step(1)),
		k.act("page-up", "pgup", "page up", step(-10)),
		k.act("page-down", "pgdown", "page down", step(10)),
		k.act("first", "home g", "first", step(-1<<20)),
		k.act("last", "end G", "last", step(1<<20)),
		k.act("replay", "enter p", "replay", func() tea.Cmd { return h.want(replayRun{r.Run}) }).at(1).when(there, noLine).when(!h.live.going(), running),
		k.act("diff", "d", "compare with the previous run", h.compare).at(2).when(there, noLine).when(!there || h.base != r.Run, "this is the baseline run").when(h.before() != nil, "there is no run before it"),
		k.act("diff-base", "space", "set as baseline", h.setBase).at(3).when(there, noLine),
		k.act("report", "e", "report", func() tea.Cmd { return h.want(writeReport{r}) }).at(4).when(there, noLine),
		k.act("copy-run", "y", "copy the id", func() tea.Cmd { return h.copyText(r.Run, r.Run) }).at(5).when(there, noLine),
	}
}

func (h *historyView) move(by int) tea.Cmd {
	if h.panes.at == detailPane {
		h.scroll = max(0, min(h.scroll+by, len(h.detail())-1))
		return nil
	}
	runs := h.runs()
	return h.choose(runs, min(h.at(runs)+by, len(runs)-1))
}

// choose chooses one of the runs: the first one is the newest, whichever that
// will be, and at the last one older ones are wanted.
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
		return h.toast(told, "runs are compared with the one before them")
	}
	h.base = h.current().Run
	return h.toast(told, "choose another run and press d to compare it with "+h.base)
}

// compare finds out how the chosen run differs from the one before.
func (h *historyView) compare() tea.Cmd {
	a, b := h.before(), h.current()
	if a.Started.After(b.Started) {
		a, b = b, a
	}
	h.scroll, h.panes.at = 0, detailPane
	h.diff = &runDiff{a: a.Run, b: b.Run}
	runner, querier := h.place.Runner, h.place.Versions
	return h.work.start(&h.differ, func(ctx context.Context) tea.Msg {
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
