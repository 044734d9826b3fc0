// Package tui is the terminal UI: six screens, and the rows of a table. The lake is opened
// in the background, so the first frame appears immediately.
//
// There is one root model. A screen is a plain struct that lists its possible
// actions (actions), handles the messages for it (update) and draws itself into
// a pane (draw). It does not depend on the root model: it requests actions of
// other screens with an intent (intent.go). General rules:
//
//   - Update does no I/O and drawing changes nothing. All work that takes time
//     is a task (ui/work.go): it runs in the background with a context of its own, and
//     a reply that is no longer wanted is dropped.
//   - Every key, every line of the help, the footer and the palette comes from
//     the same action (ui/action.go).
//   - Text reaches the screen only by way of ui.Pane.Text, which shows what could
//     harm a terminal as symbols (ui/canvas.go).
//
// The package depends on package pipeline and its headless parts, but on no
// engine, cloud or file system: the caller passes a Workspace.
package tui

import (
	"context"
	"errors"
	"io"
	"os/exec"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"stedi/pipeline"
	"stedi/pipeline/diagnose"
	"stedi/pipeline/report"
	"stedi/pipeline/run"
	"stedi/tui/grid"
	"stedi/tui/ui"
)

// Workspace is an open lake with its operations.
type Workspace struct {
	// Runner surveys the lake, plans and traces. The screens start no runs with
	// it.
	Runner *pipeline.Runner
	// Run is like run.Run, but does not slow down the screen. It
	// calls emit in a separate goroutine.
	Run func(ctx context.Context, options pipeline.RunOptions, emit func(pipeline.Event)) (*pipeline.Record, error)
	// Check is like check.Evaluate, but does not slow down the screen.
	Check func(ctx context.Context, tables []string) (*pipeline.Record, error)
	// Why searches why tables are wrong, without slowing down the screen; nil: it
	// cannot be searched in this lake.
	Why func(ctx context.Context) (*diagnose.Report, error)
	// Topics lists what can be explained; nil: nothing.
	Topics func(ctx context.Context) ([]diagnose.Topic, error)
	// Rollback is like run.Rollback, but does not slow down the screen; nil: the
	// tables have no versions.
	Rollback func(ctx context.Context, table string) (*run.Restored, error)
	// Catalog lists all tables of the lake's catalog; nil: it
	// has none.
	Catalog func(context.Context) ([]pipeline.CatalogTable, error)
	// Jobs lists the newest runs of the job that builds a table, the newest
	// first; nil: no jobs make the tables.
	Jobs func(ctx context.Context, table string) ([]pipeline.JobRun, error)
	// Location says where the catalog has a table, if it is not below the lake;
	// nil, or "": it is.
	Location func(table string) string
	// Far means that the files are in a bucket, so that reading takes time and
	// may cost something.
	Far bool
	// Engines can answer queries; the first one is the default.
	Engines []Engine
	// Querier opens a Querier of the named engine over the tables in their
	// current version. The caller closes it. An empty name selects the default
	// engine.
	Querier func(ctx context.Context, engine string) (pipeline.Querier, error)
	// Files opens a Querier that reads the tables' files, independent of the engine that runs
	// the transforms.
	Files func(ctx context.Context) (pipeline.Querier, error)
	// Versions opens a Querier over two versions of a table.
	Versions report.Versions
	// Scratch is a private directory for data that does not fit into memory. It
	// is removed at the end.
	Scratch string
	// Close releases all resources of the workspace.
	Close func() error
}

// Engine is an engine that answers queries.
type Engine struct {
	Name  string
	Label string // name within a sentence
	// ByCatalog means that the engine can read every table of the lake's
	// catalog by name.
	ByCatalog bool
}

// Options configure the screens.
type Options struct {
	Lake   string // display name of the lake
	Engine string
	// ByCatalog is the display name of the engine that reads tables by their
	// names in a catalog. It is set also if this lake has no catalog.
	ByCatalog string
	Profile   []string // names of the variants
	// Offers lists what can be opened instead, in the background; nil: nothing.
	Offers func(context.Context) *Offers
	// CheckLake checks another lake; nil: not possible.
	CheckLake func(ctx context.Context, lake string) (*pipeline.Record, error)
	// Reviews reviews submissions; nil: not possible.
	Reviews *Reviews
	// Open opens the workspace. It is called once, in the background. Nil: no lake
	// is open.
	Open func(context.Context) (*Workspace, error)
	// Examine looks at the lake and at all that it needs, and changes nothing;
	// nil: not possible.
	Examine func(context.Context) []pipeline.Finding
	// Recall and Remember load and store the state of the screens for this lake
	// between sessions. If they are nil, it is not stored.
	Recall   func() Remembered
	Remember func(Remembered) error
	// Questions are those of background work; nil: it has none.
	Questions *Questions
	Keys      map[string][]string // by action: keys that replace the default ones
	Run       pipeline.RunOptions // options from the command line flags
	Now       func() time.Time
	Zone      *time.Location // time zone of the reader
	// Copy writes a text to a clipboard. Nil if there is none.
	Copy func(ctx context.Context, text string) (ui.Copied, error)
	// Export creates a file with the output of write. It fails if the file
	// exists. If write fails, it leaves no file. Nil if files are not
	// supported.
	Export func(name string, write func(io.Writer) error) error
	// Replace is like Export, but replaces a file that exists.
	Replace func(name string, write func(io.Writer) error) error
	// Editor prepares the reader's external editor for a text; finish returns
	// the edited text. Nil if there is none.
	Editor func(text string) (edit *exec.Cmd, finish func() (string, error), err error)
	// Folder is the directory for exports with relative names.
	Folder string

	Profiled colorprofile.Profile // initial value, until the terminal reports its own
	Dark     bool                 // initial value, until the terminal reports its own
	Unknown  bool                 // the background is not known until the terminal reports it
	Look     ui.Look              // the theme
}

// theme returns the styles for what is known of the terminal.
func (o *Options) theme() *ui.Theme {
	back := ui.LightBackground
	switch {
	case o.Unknown:
		back = ui.UnknownBackground
	case o.Dark:
		back = ui.DarkBackground
	}
	return o.Look.Theme(back, o.Profiled)
}

// Model is the root model.
type Model struct {
	*app
	screens  [screenCount]screen
	overlays []ui.Overlay
	prompt   *ui.Prompt
	asked    []askedMsg // of background work, that have no answer yet
	asking   *ui.Prompt // for the answer to the first one; nil: it is not open
	quitting bool
	next     *Switch
	drawn    *ui.Frame // the last frame that View has drawn
	shown    tea.View  // the last one that View has returned
	same     bool      // nothing has changed since
	dragging func(dx, dy int) tea.Cmd
	mouseX   int
	mouseY   int
}

// New returns the model. Call Close after the program has ended.
func New(ctx context.Context, o Options) (*Model, error) {
	a := newApp(ctx, o)
	m := &Model{app: a, drawn: ui.NewFrame(0, 0)}
	m.screens = [screenCount]screen{
		lakeScreen: newLake(a), runScreen: newRun(a), queryScreen: newQuery(a), checksScreen: newChecks(a),
		historyScreen: newHistory(a), tableScreen: newTable(a),
		reviewScreen: newReview(a),
	}
	if err := ui.CheckKeys(o.Keys, m.places()); err != nil {
		return nil, err
	}
	if err := o.Look.Check(); err != nil {
		return nil, err
	}
	m.recall()
	return m, nil
}

// Close cancels all background work and waits for it.
func (m *Model) Close() error {
	err := m.remember()
	m.stopAll()
	m.Work.Wait()
	err = errors.Join(err, m.reviewView().flush())
	if m.place != nil {
		err = errors.Join(err, m.place.Close())
	}
	return err
}

// Init opens the lake.
func (m *Model) Init() tea.Cmd {
	first := tea.RequestBackgroundColor
	if r := m.options.Reviews; r != nil && len(r.Targets) > 0 {
		first = tea.Batch(first, m.show(reviewScreen), m.reviewView().begin(r.Targets))
	}
	if m.options.Open == nil {
		return first
	}
	return tea.Batch(first, m.Work.Start(&m.opening, func(ctx context.Context) tea.Msg {
		place, err := m.options.Open(ctx)
		return openedMsg{place, err}
	}))
}

// Update handles a message and dispatches it. It also carries out the intents
// of the screens.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmds := []tea.Cmd{m.take(msg), m.carryOut(), m.askNext()}
	m.same = false
	switch msg.(type) {
	case tickMsg:
		m.same = m.looking.Working() // the survey's result follows
	case tea.WindowSizeMsg, tea.KeyPressMsg, tea.MouseMsg:
		cmds = append(cmds, m.fillRoom())
	}
	return m, tea.Batch(cmds...)
}

// take dispatches a message.
func (m *Model) take(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.Width, m.Height = msg.Width, msg.Height
		return nil
	case tea.ColorProfileMsg:
		m.options.Profiled = msg.Profile
		m.Theme = m.options.theme()
		return nil
	case tea.BackgroundColorMsg:
		m.options.Dark, m.options.Unknown = msg.IsDark(), false
		m.Theme = m.options.theme()
		return nil
	case tea.FocusMsg:
		m.blurred = false
		return m.lookAgain()
	case tea.BlurMsg:
		m.blurred = true
		return nil
	case tea.KeyPressMsg:
		return m.press(msg)
	case tea.PasteMsg:
		return m.paste(msg)
	case tea.MouseMsg:
		return m.mouse(msg)
	case askedMsg:
		m.asked = append(m.asked, msg)
		return nil
	case ui.Reply:
		if !msg.Task.Accepts(msg) {
			return m.Discard(msg.Value)
		}
		return m.deliver(msg.Value)
	default:
		return m.deliver(msg)
	}
}

// fillRoom fetches rows for new space: a larger window, a moved border or a
// zoom shows more rows.
func (m *Model) fillRoom() tea.Cmd {
	if s, ok := m.here().(interface{ shown() *grid.Grid }); ok {
		return s.shown().Fetch()
	}
	return nil
}

// deliver passes a message from background work to all parts that may use it.
func (m *Model) deliver(msg tea.Msg) tea.Cmd {
	if msg == nil {
		return nil
	}
	cmds := []tea.Cmd{m.hear(msg), m.finish(msg)}
	for _, s := range m.screens {
		cmds = append(cmds, s.update(msg))
	}
	for _, o := range m.overlays {
		if u, ok := o.(interface{ update(tea.Msg) tea.Cmd }); ok {
			cmds = append(cmds, u.update(msg))
		}
	}
	return tea.Batch(cmds...)
}

// hear receives events of the lake and its runs.
func (m *Model) hear(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case openedMsg:
		return m.opened(msg)
	case viewMsg:
		return m.looked(msg)
	case tickMsg:
		return m.tick()
	case runMsg:
		return m.ranOn(msg)
	case checkedMsg:
		return m.checked(msg)
	case explainedMsg:
		m.predicates[msg.table] = msg.conditions
	}
	return nil
}

// finish handles the results of requested work.
func (m *Model) finish(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case ui.ToastOverMsg:
		m.Toasts.Drop(msg.ID)
	case rolledBackMsg:
		return m.rolledBack(msg)
	case offersMsg:
		return m.offered(msg.Offers)
	case comparedMsg:
		return m.compared(msg)
	case savedMsg:
		return m.saved(msg)
	case whyMsg:
		return m.diagnosed(msg)
	case topicsMsg:
		return m.explained(msg)
	case examinedMsg:
		return m.examined(msg)
	case jobRunsMsg:
		return m.listedJobs(msg)
	case picturesMsg:
		return m.pictured(msg)
	case ui.CopiedMsg:
		return m.Copied(msg)
	}
	return nil
}

// stopAll stops all background work.
func (m *Model) stopAll() {
	for _, t := range []*ui.Task{&m.opening, &m.looking} {
		t.Stop()
	}
	m.live.stop()
	for _, s := range m.screens {
		s.close()
	}
}
