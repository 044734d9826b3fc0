package tui

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/state"
	"stedi/pipeline/survey"
	"stedi/tui/ui"
)

// liveRun is the run on the screen: a run of this process, a followed run of
// another process, or a replayed past run. It stays on the screen after its
// end.
type liveRun struct {
	source  source
	work    ui.Task
	id      string
	steps   map[string]*liveStep
	log     []logLine
	began   time.Time // on the run's own clock
	latest  time.Time // time of the newest event
	ended   bool
	status  string
	clock   func() time.Time // the current time on the run's own clock
	cancels chan string      // tables whose steps are to be cancelled
	speed   int              // speed of a replay
	asked   pipeline.RunOptions
	result  *pipeline.Record // of the ended run; nil: unknown
	peak    float64          // the largest share shown so far
}

// source is the origin of a run's events.
type source int

const (
	noRun source = iota
	ownRun
	followedRun
	replayedRun
)

// liveStep is a running step.
type liveStep struct {
	state    pipeline.State
	reason   string
	progress pipeline.Progress
	began    time.Time
	ended    time.Time
	record   *pipeline.StepRecord
	err      string
	peak     float64 // the largest share shown so far
}

// logLine is a line of the log.
type logLine struct {
	at    time.Time
	mood  ui.Mood
	table string
	text  string
}

// runMsg brings events of the run on the screen. If next is nil, it is the last
// message.
type runMsg struct {
	source source
	events []pipeline.Event
	next   func() tea.Msg
	record *pipeline.Record
	err    error
}

// going reports whether this process has a run in progress, which can be
// cancelled.
func (r *liveRun) going() bool { return r.source == ownRun && r.work.Working() }

// busy tells whether a run is in progress, our own or another's.
func (r *liveRun) busy() bool { return r.work.Working() }

// step returns the state of a table's step during a run.
func (r *liveRun) step(table string) pipeline.State {
	if s := r.steps[table]; s != nil && r.busy() {
		return s.state
	}
	return pipeline.Waiting
}

// running names the activity in progress.
func (r *liveRun) running() string {
	waiting := len(r.steps) == 0
	for name, s := range r.steps {
		if s.state == pipeline.Running {
			return name
		}
		waiting = waiting || s.state == pipeline.Waiting
	}
	if waiting {
		return "starting"
	}
	return checkingTables
}

// checkingTables is what a run does after its last step.
const checkingTables = "checking"

func (r *liveRun) stop() {
	r.work.Stop()
}

// cancel cancels the whole run. The result arrives as for any other end.
func (r *liveRun) cancel() tea.Cmd {
	if r.work.Cancel != nil {
		r.work.Cancel()
	}
	return nil
}

// begin resets the screen for a run.
func (r *liveRun) begin(from source, clock func() time.Time) {
	r.stop()
	*r = liveRun{source: from, work: r.work, steps: map[string]*liveStep{}, clock: clock, speed: 1}
}

// startRun starts a run with the options. The current screen stays; every
// screen shows the progress.
func (m *Model) startRun(options pipeline.RunOptions) tea.Cmd {
	if m.place == nil || m.live.going() {
		return nil
	}
	if m.failure != nil && m.failure.what != lakeUnread {
		m.settled() // the run finds out again
	}
	m.Toasts.DropText(m.outcome)
	m.live.begin(ownRun, m.options.Now)
	m.live.asked = options
	m.live.began = m.options.Now()
	cancels := make(chan string, 16)
	m.live.cancels = cancels
	options.Cancel = cancels
	box := ui.NewMailbox[pipeline.Event]()
	run := m.place.Run
	over := make(chan runMsg, 1)
	start := m.Work.Start(&m.live.work, func(ctx context.Context) tea.Msg {
		record, err := run(ctx, options, box.Send)
		over <- runMsg{source: ownRun, record: record, err: err}
		box.Close()
		return nil
	})
	return tea.Batch(start, receive(ownRun, box, over))
}

// receive waits for events. The handler of its message calls it again.
func receive(from source, box *ui.Mailbox[pipeline.Event], over <-chan runMsg) tea.Cmd {
	return func() tea.Msg {
		events, open := box.Receive()
		if open {
			return runMsg{source: from, events: events, next: receive(from, box, over)}
		}
		return <-over
	}
}

// ranOn handles the events of a run.
func (m *Model) ranOn(msg runMsg) tea.Cmd {
	if msg.source != m.live.source {
		return nil // from a run that is no longer on the screen
	}
	m.keepShares()
	for _, e := range msg.events {
		m.live.take(e)
	}
	if msg.next != nil {
		return func() tea.Msg { return msg.next() }
	}
	return m.runOver(msg)
}

// take updates the run from an event.
func (r *liveRun) take(e pipeline.Event) {
	if r.id == "" {
		r.id, r.began = e.Run, e.Time
	}
	if r.began.IsZero() { // a followed run has its id before
		r.began = e.Time
	}
	r.latest = e.Time
	if e.Step == "" {
		r.takeEnd(e)
		return
	}
	s := r.steps[e.Step]
	if s == nil {
		s = &liveStep{}
		r.steps[e.Step] = s
	}
	if e.Progress != nil {
		s.progress = *e.Progress
		return
	}
	if e.Log != "" {
		r.log = append(r.log, logLine{e.Time, ui.Told, e.Step, e.Log})
		return
	}
	if e.State == pipeline.Running && s.state != pipeline.Running {
		s.began = e.Time
	}
	s.state = e.State
	if e.Reason != "" {
		s.reason = e.Reason
	}
	if e.Result != nil {
		s.record, s.ended, s.err = e.Result, e.Time, e.Err
		if s.began.IsZero() {
			s.began = e.Time
		}
	}
	r.note(e)
}

// takeEnd takes the last event of a run.
func (r *liveRun) takeEnd(e pipeline.Event) {
	r.status = e.State.String()
	if e.State == pipeline.Published {
		r.status = "done"
	}
	if e.Reason != "" {
		r.status += ", " + e.Reason
		if e.State == pipeline.Published {
			e.State = pipeline.Failed // the tables are built, but the data is wrong
		}
	}
	r.say(e, "run "+r.status, e.Err)
}

// note appends a line to the log.
func (r *liveRun) note(e pipeline.Event) {
	text := e.State.String()
	switch {
	case e.State == pipeline.Waiting:
		text = "will run: " + e.Reason
	case e.State == pipeline.Running:
		text = "running: " + e.Reason
	case e.State == pipeline.Published && e.Result != nil:
		text = fmt.Sprintf("published %s in %s", ui.Plural(e.Result.Rows, "row", "rows"), ui.Span(e.Result.Seconds))
		if e.Result.CostUSD > 0 {
			text += fmt.Sprintf(" ≈ $%.5f", e.Result.CostUSD)
			if expected := e.Result.Estimate; expected != nil {
				text += fmt.Sprintf(" (estimated $%.5f)", expected.CostUSD)
			}
		}
	case e.State == pipeline.Stopped:
		text += ": " + stopReason("", e.Result)
	case e.Reason != "" && e.State != pipeline.UpToDate:
		text += ": " + e.Reason
	}
	r.say(e, text, e.Err)
}

func (r *liveRun) say(e pipeline.Event, text, problem string) {
	tone := ui.Told
	switch e.State {
	case pipeline.Failed:
		tone = ui.Failed
	case pipeline.Skipped, pipeline.Stopped:
		tone = ui.Warned
	case pipeline.Published:
		tone = ui.Done
	case pipeline.Waiting, pipeline.Running, pipeline.UpToDate:
	}
	r.log = append(r.log, logLine{e.Time, tone, e.Step, text})
	for line := range strings.SplitSeq(problem, "\n") {
		if strings.TrimSpace(line) != "" {
			r.log = append(r.log, logLine{e.Time, ui.Failed, e.Step, strings.TrimSpace(line)})
		}
	}
}

// replay replays a past run.
func (m *Model) replay(id string) tea.Cmd {
	if m.place == nil || m.live.going() {
		return nil
	}
	store := m.place.Runner.Store
	m.live.begin(replayedRun, m.options.Now)
	m.live.speed = 10
	m.current = runScreen
	return m.Work.Start(&m.live.work, func(ctx context.Context) tea.Msg {
		events, err := state.ReadEvents(ctx, store, id)
		return replayMsg{id, events, err}
	})
}

// replayMsg brings the events of a past run.
type replayMsg struct {
	id     string
	events []pipeline.Event
	err    error
}

// followRun shows the progress of a run of another process.
func (m *Model) followRun(id string) tea.Cmd {
	runner := m.place.Runner
	m.live.begin(followedRun, m.options.Now)
	m.live.id = id
	box := ui.NewMailbox[pipeline.Event]()
	over := make(chan runMsg, 1)
	start := m.Work.Start(&m.live.work, func(ctx context.Context) tea.Msg {
		err := survey.Follow(ctx, runner, id, box.Send)
		over <- runMsg{source: followedRun, err: err}
		box.Close()
		return nil
	})
	return tea.Batch(start, receive(followedRun, box, over))
}

// follow shows the run that holds the lock of the lake, unless it is our own.
func (a *app) follow() tea.Cmd {
	holder := a.view.Holder
	if holder == nil || a.live.busy() || a.live.id == holder.Run {
		return nil
	}
	text := fmt.Sprintf("run %s (pid %d on %s) is running on this lake", holder.Run, holder.PID, holder.Host)
	if a.current != runScreen {
		text += "; press " + a.Keys.Label("screen-Run", "2") + " to follow"
	}
	a.Toasts.DropText(a.following)
	a.following = text
	return tea.Batch(a.Toast(ui.Told, text), a.Want(followRun{holder.Run}))
}
