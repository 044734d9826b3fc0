// Package tui is the terminal UI: five screens over a lake that is opened in
// the background, so that the first frame waits for nothing.
//
// There is one root model. A screen is a plain struct that lists what can be
// done on it (actions), takes the messages meant for it (update) and draws
// itself into a pane (draw). It does not know the root model: what it wants of
// another screen is an intent (intent.go). Rules that hold everywhere:
//
//   - Update does no I/O and drawing changes nothing. Whatever takes time is a
//     task (work.go): it runs in the background with a context of its own, and
//     a reply that is no longer wanted is dropped.
//   - Every key, every line of the help, the footer and the palette comes from
//     the same action (action.go).
//   - Text reaches the screen only by way of pane.text, which shows what could
//     harm a terminal as symbols (canvas.go).
//
// It knows package pipeline and its headless parts, and no engine, no cloud
// and no file system: the caller hands it a Workspace.
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
	"stedi/pipeline/report"
	"stedi/tui/grid"
	"stedi/tui/ui"
)

// Workspace is a lake that is open, and what can be done with it.
type Workspace struct {
	// Runner looks at the lake, plans and traces. It does not run anything.
	Runner *pipeline.Runner
	// Run does what pipeline.Runner.Run does, without slowing down the screen.
	// Events come from a goroutine of its own.
	Run func(ctx context.Context, options pipeline.RunOptions, emit func(pipeline.Event)) (*pipeline.Record, error)
	// Check does what pipeline.Runner.Inspect does, likewise.
	Check func(ctx context.Context, tables []string) (*pipeline.Record, error)
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
	// Engines can answer queries, the usual one first.
	Engines []Engine
	// Querier opens something that answers queries over the tables as they are
	// when they are asked, by the engine of that name. The caller closes it. An
	// empty name is the usual engine.
	Querier func(ctx context.Context, engine string) (pipeline.Querier, error)
	// Files opens a Querier that reads the tables' files, independent of the engine that runs
	// the transforms.
	Files func(ctx context.Context) (pipeline.Querier, error)
	// Versions opens a Querier over two versions of a table.
	Versions report.Versions
	// Scratch is a private folder for what does not fit into memory. It is
	// removed at the end.
	Scratch string
	// Close releases all of it.
	Close func() error
}

// Engine is an engine that answers queries.
type Engine struct {
	Name  string
	Label string // as people write it in a sentence
	// ByCatalog: it knows every table of the lake's catalog, by name.
	ByCatalog bool
}

// Options are what the screens need to start.
type Options struct {
	Lake   string // as people call it
	Engine string
	// ByCatalog is what people call the engine that reads tables by their names
	// in a catalog, whether or not this lake has one.
	ByCatalog string
	Profile   []string
	// Open makes the workspace. It is called once, in the background.
	Open func(context.Context) (*Workspace, error)
	// Examine looks at the lake and at all that it needs, and changes nothing;
	// nil: not possible.
	Examine func(context.Context) []pipeline.Finding
	// Recall and Remember keep what the program knows of this lake from one
	// start to the next; nil: nothing.
	Recall   func() Remembered
	Remember func(Remembered) error
	Keys     map[string][]string // by action: keys in place of those built in
	Run      pipeline.RunOptions // what the flags of the command say
	Now      func() time.Time
	Zone     *time.Location // of the reader
	// Copy puts a text into a clipboard; nil: there is none.
	Copy func(ctx context.Context, text string) (ui.Copied, error)
	// Export makes a new file of what write writes. An existing one is an error,
	// and when write fails there is none. Nil: there are no files.
	Export func(name string, write func(io.Writer) error) error
	// Editor prepares the reader's own editor for a text; finish returns what it
	// has become. Nil: there is none.
	Editor func(text string) (edit *exec.Cmd, finish func() (string, error), err error)
	// Folder is where exports go unless a path says otherwise.
	Folder string

	Profiled colorprofile.Profile // of the terminal, until it says otherwise
	Dark     bool                 // likewise
}

// Model is the root model.
type Model struct {
	*app
	screens  [screenCount]screen
	overlays []ui.Overlay
	prompt   *ui.Prompt
	quitting bool
	dragging func(dx, dy int) tea.Cmd
	mouseX   int
	mouseY   int
}

// New makes the model. Close must be called after the program has ended.
func New(ctx context.Context, o Options) (*Model, error) {
	a := newApp(ctx, o)
	m := &Model{app: a}
	m.screens = [screenCount]screen{
		lakeScreen: newLake(a), runScreen: newRun(a), queryScreen: newQuery(a), checksScreen: newChecks(a),
		historyScreen: newHistory(a), tableScreen: newTable(a),
	}
	if err := ui.CheckKeys(o.Keys, m.places()); err != nil {
		return nil, err
	}
	m.recall()
	return m, nil
}

// Close ends all background work and waits for it.
func (m *Model) Close() error {
	err := m.remember()
	m.stopAll()
	m.Work.Wait()
	if m.place != nil {
		err = errors.Join(err, m.place.Close())
	}
	return err
}

// Init opens the lake.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, m.Work.Start(&m.opening, func(ctx context.Context) tea.Msg {
		place, err := m.options.Open(ctx)
		return openedMsg{place, err}
	}))
}

// Update takes a message. Everything is handed on from here. What screens want
// in return is carried out before it ends.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmds := []tea.Cmd{m.take(msg), m.carryOut()}
	switch msg.(type) {
	case tea.WindowSizeMsg, tea.KeyPressMsg, tea.MouseMsg:
		cmds = append(cmds, m.fillRoom())
	}
	return m, tea.Batch(cmds...)
}

// take hands a message to the part that it is meant for.
func (m *Model) take(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.Width, m.Height = msg.Width, msg.Height
		return nil
	case tea.ColorProfileMsg:
		m.options.Profiled = msg.Profile
		m.Theme = ui.NewTheme(m.options.Dark, msg.Profile)
		return nil
	case tea.BackgroundColorMsg:
		m.options.Dark = msg.IsDark()
		m.Theme = ui.NewTheme(m.options.Dark, m.options.Profiled)
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
	case ui.Reply:
		if !msg.Task.Accepts(msg) {
			return m.Discard(msg.Value)
		}
		return m.deliver(msg.Value)
	default:
		return m.deliver(msg)
	}
}

// fillRoom fetches rows for which there is room now: a larger window, a border
// that was moved or a zoom shows more of them.
func (m *Model) fillRoom() tea.Cmd {
	if s, ok := m.here().(interface{ shown() *grid.Grid }); ok {
		return s.shown().Fetch()
	}
	return nil
}

// deliver takes what came from the background to all whom it may concern.
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
		m.asks[msg.table] = msg.conditions
	}
	return nil
}

// finish takes what came of something that was asked for.
func (m *Model) finish(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case ui.ToastOverMsg:
		m.Toasts.Drop(msg.ID)
	case savedMsg:
		return m.saved(msg)
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

// stopAll ends what is under way.
func (m *Model) stopAll() {
	for _, t := range []*ui.Task{&m.opening, &m.looking} {
		t.Stop()
	}
	m.live.stop()
	for _, s := range m.screens {
		s.close()
	}
}
