package tui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/diagnose"
	"stedi/pipeline/survey"
	"stedi/tui/ui"
)

// app is the state that all screens share. It belongs to the update loop.
type app struct {
	*ui.Kit
	options    Options
	current    screenID
	blurred    bool // the terminal does not have the focus
	checking   ui.Task
	explaining ui.Task
	following  string // the message about the run of another process
	outcome    string // the message about the end of the last run
	examining  ui.Task
	topicsTask ui.Task
	listing    ui.Task
	keeping    ui.Task
	found      *pipeline.Record  // what the last check of this session found
	foundAt    map[string]string // by table: the version that it has read
	planning   ui.Task
	offering   ui.Task
	comparing  ui.Task
	restoring  ui.Task
	moving     []aside // what the current run moves aside
	diagnosing ui.Task
	results    map[string]standing
	why        *diagnose.Report  // of this session; nil: none yet
	whyAt      map[string]string // by table: its version at that time
	whyOpen    string            // the table whose causes the person reads

	opening    ui.Task
	place      *Workspace // nil until the lake is open
	looking    ui.Task
	view       *survey.View  // nil until it was looked at
	looks      time.Duration // what the last look took
	live       liveRun
	known      Remembered
	failure    *problem                     // the newest one, until it is dismissed
	unread     string                       // why the last look failed; "": it did not
	counts     map[string]rowCount          // by table: what was counted here
	others     []pipeline.CatalogTable      // of the catalog, that the lake does not define
	predicates map[string]map[string]string // by table and stage
}

func newApp(ctx context.Context, o Options) *app {
	if o.Zone == nil {
		o.Zone = time.Local
	}
	return &app{
		Kit: &ui.Kit{
			Theme: o.theme(), Keys: ui.Bindings{Custom: o.Keys}, Work: ui.NewWorkers(ctx),
			Zone: o.Zone, Clipboard: o.Copy,
		},
		options:    o,
		predicates: map[string]map[string]string{}, counts: map[string]rowCount{},
	}
}

// Messages for the app as a whole.
type (
	openedMsg struct {
		place *Workspace
		err   error
	}
	viewMsg struct {
		view *survey.View
		took time.Duration
		err  error
	}
	tickMsg struct{}
	lookMsg struct{} // refresh everything
)

// opened stores the open lake and surveys it.
func (a *app) opened(msg openedMsg) tea.Cmd {
	if msg.err != nil {
		a.fail("the lake cannot be opened", msg.err, ui.Answer{Key: "D", Text: "run diagnostics", Do: a.examine})
		return a.Want(showProblem{}) // there is nothing else to show
	}
	a.place = msg.place
	return tea.Batch(a.look(), a.wait())
}

// look surveys the lake in the background.
func (a *app) look() tea.Cmd {
	if a.place == nil {
		return nil
	}
	runner := a.place.Runner
	return a.Work.Start(&a.looking, func(ctx context.Context) tea.Msg {
		began := a.options.Now()
		view, err := survey.Lake(ctx, runner)
		return viewMsg{view, a.options.Now().Sub(began), err}
	})
}

// lookAgain starts a survey unless one is running.
func (a *app) lookAgain() tea.Cmd {
	if a.looking.Working() {
		return nil
	}
	return a.look()
}

func (a *app) looked(msg viewMsg) tea.Cmd {
	if msg.err != nil {
		if a.unread == "" || a.unread != msg.err.Error() { // report the same error only once
			a.fail(lakeUnread, msg.err, ui.Answer{Key: "D", Text: "run diagnostics", Do: a.examine})
		}
		a.unread = msg.err.Error()
		return nil
	}
	if a.unread = ""; a.failure != nil && a.failure.what == lakeUnread {
		a.settled()
	}
	a.keepShares() // past runs may get another weight
	first := a.view == nil
	a.view, a.looks = msg.view, msg.took
	a.learn()
	if a.overtaken() {
		a.settled()
	}
	if first {
		return a.Want(resume{})
	}
	return a.follow()
}

// lakeUnread is the message for a failed survey.
const lakeUnread = "the lake cannot be read"

// The lake is looked at again every few seconds, since others may change it;
// less often if it takes long, and not while the terminal has no focus.
const (
	lookEvery = 3 * time.Second
	lookShare = 250 // of the time that passes, at most one part in 250
)

func (a *app) wait() tea.Cmd {
	return tea.Tick(lookEvery, func(time.Time) tea.Msg { return tickMsg{} })
}

func (a *app) tick() tea.Cmd {
	early := a.view != nil && a.options.Now().Sub(a.view.At) < lookShare*a.looks
	if a.blurred || early {
		return a.wait()
	}
	return tea.Batch(a.lookAgain(), a.wait())
}

// unsurveyed reports whether the run on the screen has ended after the newest
// survey began, which therefore may lack what the run has published.
func (a *app) unsurveyed() bool {
	return a.live.ended && a.view != nil && a.view.At.Before(a.live.latest)
}

// table returns the state of a table, or nil.
func (a *app) table(name string) *survey.TableView {
	if a.view == nil {
		return nil
	}
	for i := range a.view.Tables {
		if a.view.Tables[i].Table == name {
			return &a.view.Tables[i]
		}
	}
	return nil
}

// lake returns the definition, or nil.
func (a *app) lake() *pipeline.Lake {
	if a.place == nil {
		return nil
	}
	return a.place.Runner.Lake
}

func (a *app) now() time.Time { return a.options.Now().In(a.options.Zone) }

// byCatalog returns the engine that can read every table of the lake's catalog,
// or nil if the lake has no catalog.
func (a *app) byCatalog() *Engine {
	if a.place == nil {
		return nil
	}
	i := slices.IndexFunc(a.place.Engines, func(e Engine) bool { return e.ByCatalog })
	if i < 0 {
		return nil
	}
	return &a.place.Engines[i]
}
