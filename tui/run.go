package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/pipeline/run"
	"stedi/tui/ui"
)

// runView is the second screen: the transforms in order, the progress of each,
// and the log.
type runView struct {
	*app
	panes   ui.Focus
	list    ui.List // of the steps
	log     ui.List // of log lines
	wrapped *wrappedLog
	marked  map[string]bool // steps to run
	wanted  string
	borders struct{ steps, lineage, funnel int } // how far each was moved
	replay  *replay
}

// The panes of the run screen.
const (
	stepsPane = iota
	graphPane
	funnelPane
	logPane
	runPanes
)

func newRun(a *app) *runView {
	s := &runView{app: a, panes: ui.Focus{Count: runPanes}, marked: map[string]bool{}}
	s.list = ui.List{
		Kit: a.Kit, Panes: &s.panes, Pane: stepsPane, Faint: true, More: [2]string{"more transform", "more transforms"},
		Len:   func() int { return len(s.steps()) },
		Name:  func(i int) string { return s.steps()[i].Name },
		Moved: func() tea.Cmd { return s.explain(s.current()) },
		Open:  func() tea.Cmd { return s.Want(openTable{s.current().Name}) },
	}
	s.log = ui.List{Kit: a.Kit, Panes: &s.panes, Pane: logPane, Text: true, Tail: true, Len: func() int { return len(s.logLines(s.log.Width())) }}
	return s
}

func (s *runView) title() string    { return "Run" }
func (s *runView) focus() *ui.Focus { return &s.panes }
func (s *runView) filter() string   { return s.wanted }
func (s *runView) close()           {}

func (s *runView) setFilter(text string) tea.Cmd {
	s.wanted = text
	s.list.Filtered()
	return nil
}

// steps returns the derived tables that match the filter.
func (s *runView) steps() []*pipeline.Table {
	var steps []*pipeline.Table
	for _, t := range s.made() {
		if strings.Contains(t.Name, strings.ToLower(strings.TrimSpace(s.wanted))) {
			steps = append(steps, t)
		}
	}
	return steps
}

// current returns the selected step's table, or nil.
func (s *runView) current() *pipeline.Table {
	steps := s.steps()
	if len(steps) == 0 {
		return nil
	}
	return steps[s.list.At()]
}

func (s *runView) actions() []ui.Action {
	k, t := s.Keys, s.current()
	there, idle := t != nil, !s.live.going()
	name := ""
	if there {
		name = t.Name
	}
	moves := s.list.Actions("", ui.LetterKeys, 0)
	if s.panes.At == logPane {
		moves = s.log.Actions("", ui.LetterKeys, 0)
	}
	run := func(force bool, names ...string) func() tea.Cmd {
		return func() tea.Cmd { return s.start(force, names...) }
	}
	return append(moves,
		k.Was("space", "mark", "m", "mark", s.mark).At(1).When(there, ui.NoTable),
		k.Act("run-marked", "r", "run selected", func() tea.Cmd { return s.start(false, s.selected()...) }).At(2).When(there, ui.NoTable).When(idle, ui.Running),
		k.Act("run-all", "R", "run all", run(false)).At(3).When(there, ui.NoTable).When(idle, ui.Running),
		k.Act("run-to", "t", "run upstream", run(false, "+"+name)).At(4).When(there, ui.NoTable).When(idle, ui.Running),
		k.Act("run-from", "f", "run downstream", run(false, name+"+")).At(5).When(there, ui.NoTable).When(idle, ui.Running),
		k.Was("F", "force", "B", "force selected", func() tea.Cmd { return s.start(true, s.selected()...) }).At(6).When(there, ui.NoTable).When(idle, ui.Running),
		k.Act("cancel-step", "c", "cancel step", s.cancelStep).At(1).When(s.live.going(), ui.NotRunning).When(there, ui.NoTable),
		k.Act("cancel-run", "C", "cancel run", s.live.cancel).At(2).When(s.live.going(), ui.NotRunning),
		k.Act("plan", "P", "plan", func() tea.Cmd { return s.plan(s.marks()) }).At(7).When(there, ui.NoTable),
		k.Act("plan-forced", "alt+b", "plan with --force", func() tea.Cmd { return s.planForced(s.marks()) }).When(there, ui.NoTable),
		k.Act("open", "enter", "open the table", func() tea.Cmd { return s.Want(openTable{name}) }).At(8).When(there, ui.NoTable),
		k.Act("log", "L", "log", func() tea.Cmd { s.panes.At = logPane; return nil }),
		k.Act("jobs", "J", "runs of the job", func() tea.Cmd { return s.listJobs(name) }).When(there, ui.NoTable).When(s.place != nil && s.place.Jobs != nil, "the lake was opened without Glue jobs"),
		k.Act("copy-log", "y", "copy the log", func() tea.Cmd { return s.CopyText("the log", s.logText()) }).When(len(s.live.log) > 0, "the log is empty"),
		k.Act("replay", "p", "replay the last run", s.replayLast).At(9).When(idle, ui.Running).When(s.view != nil && s.view.Last != nil, ui.NoRuns),
		k.Was("=", "faster", "+", "faster", func() tea.Cmd { return s.faster(1) }).At(1).When(s.playing(), "no replay is under way"),
		k.Act("slower", "-", "slower", func() tea.Cmd { return s.faster(-1) }).At(1).When(s.playing(), "no replay is under way"),
		k.Act("pause", ".", "pause", s.pause).At(1).When(s.playing(), "no replay is under way"),
	)
}

func (s *runView) mark() tea.Cmd {
	name := s.current().Name
	s.marked[name] = !s.marked[name]
	return s.list.Move(1)
}

// marks returns the marked steps in order.
func (s *runView) marks() []string {
	var names []string
	for _, t := range s.steps() {
		if s.marked[t.Name] {
			names = append(names, t.Name)
		}
	}
	return names
}

// selected returns the marked steps, or the selected one if there are no marks.
func (s *runView) selected() []string {
	if names := s.marks(); len(names) > 0 {
		return names
	}
	return []string{s.current().Name}
}

// start runs the named tables.
func (s *runView) start(force bool, names ...string) tea.Cmd {
	options := s.options.Run
	options.Select, options.Force = names, force || options.Force
	options.Check = len(names) == 0
	s.marked = map[string]bool{}
	s.log.Reset()
	return s.Want(startRun{options})
}

// cancelStep stops the chosen step; tables that do not depend on it continue.
func (s *runView) cancelStep() tea.Cmd {
	select {
	case s.live.cancels <- s.current().Name:
		return s.Toast(ui.Told, "cancelling "+s.current().Name)
	default:
		return nil
	}
}

func (s *runView) replayLast() tea.Cmd { return s.Want(replayRun{s.view.Last.Run}) }

func (s *runView) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case replayMsg:
		return s.replayed(msg)
	case replayTickMsg:
		return s.played(msg)
	case runMsg:
		s.followSteps(msg)
	case planMsg:
		return s.showPlan(msg)
	}
	return nil
}

// followSteps moves the cursor to the step that has started.
func (s *runView) followSteps(msg runMsg) {
	for _, e := range msg.events {
		if e.Step != "" && e.State == pipeline.Running && e.Progress == nil {
			s.follow(e.Step)
		}
	}
}

// follow moves the cursor to the step that builds a table, if the filter lets it
// through.
func (s *runView) follow(table string) {
	if slices.ContainsFunc(s.steps(), func(t *pipeline.Table) bool { return t.Name == table }) {
		s.list.Choose(table)
	}
}

// logText is the log as plain text.
func (s *runView) logText() string {
	var b strings.Builder
	for _, line := range s.live.log {
		b.WriteString(strings.TrimSpace(line.at.In(s.options.Zone).Format("15:04:05.000")+" "+line.table+" "+line.text) + "\n")
	}
	return b.String()
}

// planMsg brings the plan of a run.
type planMsg struct {
	names []string
	force bool
	steps []run.PlanStep
	err   error
}

func (a *app) plan(names []string) tea.Cmd { return a.planned(names, false) }

// planned computes the plan of a run of the named tables.
func (a *app) planned(names []string, force bool) tea.Cmd {
	runner, options := a.place.Runner, a.options.Run
	options.Select, options.Force = names, force || options.Force
	return a.Work.Start(&a.planning, func(ctx context.Context) tea.Msg {
		steps, err := run.Plan(ctx, runner, options)
		return planMsg{names, force, steps, err}
	})
}

func (s *runView) planForced(names []string) tea.Cmd { return s.planned(names, true) }

// showPlan shows the plan.
func (s *runView) showPlan(msg planMsg) tea.Cmd {
	run := s.Keys.Act("plan-run", "r", "run it", func() tea.Cmd {
		return s.Want(ui.CloseOverlay{Then: func() tea.Cmd { return s.start(msg.force, msg.names...) }})
	}).At(1).When(!s.live.going(), ui.Running).When(msg.err == nil, "the plan has an error")
	return s.Open(&ui.Reader{Kit: s.Kit, Head: "PLAN", Lines: s.Fitted(func() []ui.StyledLine { return s.planLines(msg) }), More: []ui.Action{run}})
}

// upToDate is the state and the reason of a step that would do nothing.
const upToDate = "up to date"

// planSum counts the steps of a plan by what they would do.
func (s *runView) planSum(steps []run.PlanStep) ui.StyledLine {
	t := s.Theme
	var run, fail, rest int64
	for _, step := range steps {
		switch {
		case step.Lacks != "":
			fail++
		case step.Run:
			run++
		default:
			rest++
		}
	}
	var line ui.StyledLine
	part := func(n int64, style uv.Style, text string) {
		if n == 0 {
			return
		}
		if len(line) > 0 {
			text = ", " + text
		}
		line = append(line, ui.Styled{Style: style, Text: text})
	}
	part(fail, t.Bad, "✗ "+ui.Count(fail)+" would fail")
	part(run, t.Good, "▶ "+ui.Count(run)+" would run")
	part(rest, t.Dim, "· "+ui.Count(rest)+" "+upToDate)
	return line
}

func (s *runView) planLines(msg planMsg) []ui.StyledLine {
	t := s.Theme
	var lines []ui.StyledLine
	const before = 17 // the columns of the number and the mark
	name, reasons := 0, 0
	for _, step := range msg.steps {
		if name = max(name, ui.Width(step.Table)); step.Reason != upToDate {
			reasons = max(reasons, ui.Width(step.Reason))
		}
	}
	narrow := before+name+2+reasons > s.Reading()
	if len(msg.steps) > 0 {
		lines = append(lines, s.planSum(msg.steps))
	}
	for i, step := range msg.steps {
		mark, style := "· "+upToDate+"  ", t.Dim
		switch {
		case step.Lacks != "":
			mark, style = "✗ would fail  ", t.Bad
		case step.Run:
			mark, style = "▶ would run   ", t.Good
		}
		reason := step.Reason
		if reason == upToDate {
			reason = "" // the mark says it
		}
		if step.Lacks != "" {
			reason = step.Lacks + " is not there"
		}
		line := ui.StyledLine{
			{Style: t.Dim, Text: fmt.Sprintf("%-3d", i+1)},
			{Style: style, Text: mark},
			{Style: t.Text, Text: pad(step.Table, name+2)},
			{Style: t.Dim, Text: reason},
		}
		if narrow { // the reason has a line of its own
			sign, _, _ := strings.Cut(mark, " ")
			line[0].Text, line[1].Text, line[2].Text, line[3].Text = fmt.Sprintf("%-2d", i+1), sign+" ", step.Table, ""
			if line[3].Text = "  " + reason; ui.Width(line.Plain()) <= s.Reading() || reason == "" {
				lines = append(lines, line)
			} else {
				lines = append(lines, line[:3])
				lines = append(lines, ui.StyledLine{{Style: t.Dim, Text: "    " + reason}})
			}
			continue
		}
		lines = append(lines, line)
	}
	if msg.err != nil {
		lines = append(lines, nil)
		for line := range strings.SplitSeq(msg.err.Error(), "\n") {
			lines = append(lines, ui.StyledLine{{Style: t.Bad, Text: line}})
		}
	}
	return lines
}
