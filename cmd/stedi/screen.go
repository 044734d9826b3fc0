package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"golang.org/x/term"

	"stedi/pipeline"
	"stedi/pipeline/diagnose"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/export"
	"stedi/pipeline/query"
	"stedi/tui"
)

// screen opens the screens on the terminal.
func (p *program) screen(ctx context.Context, flags runFlags) (err error) {
	if !p.isTerminal(p.stdin) || !p.isTerminal(p.stdout) {
		return pipeline.Fail(pipeline.BadUsage, "", "Pass --batch to run and check the lake without the UI, --plain for lines of text, or --help for the commands.",
			"the UI needs a terminal")
	}
	for {
		next, err := p.showScreens(ctx, flags)
		if err != nil || next == nil {
			return err
		}
		p.switchTo(*next)
		p.reviewing = nil
	}
}

// showScreens shows the screens of a lake until they end, and returns what to
// show after them.
func (p *program) showScreens(ctx context.Context, flags runFlags) (next *tui.Switch, err error) {
	// The work outlives the terminal, and ends before the program exits.
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	if err := p.signIn(ctx); err != nil {
		return nil, err
	}
	options := p.screenOptions(flags)
	model, err := tui.New(work, options)
	if err != nil {
		return nil, p.wrongSetting(err)
	}
	stops := &stopper{signals: make(chan os.Signal, 1)}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	screen := tea.NewProgram(model, p.screenTerminal(ctx, stops, end)...)
	endQuestions := options.Questions.Open(screen.Send)
	defer endQuestions()
	unwatch := stops.watch(screen)
	defer unwatch()
	restored := p.watchTerminal()
	_, err = screen.Run()
	restored()
	endQuestions() // what waits for an answer is waited for below
	err = errors.Join(ending(ctx, err), model.Close())
	if text := model.Farewell(); text != "" {
		tryWrite(p.stderr, text)
	}
	return model.Next(), err
}

// plain opens the text mode of the screens.
func (p *program) plain(ctx context.Context, flags runFlags) error {
	if f, ok := p.stdin.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) { // a descriptor fits
		return pipeline.Fail(pipeline.BadUsage, "", "Pass --batch to run and check the lake, or --help for the commands.", "--plain needs a terminal")
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	if err := p.signIn(ctx); err != nil {
		return err
	}
	options := p.screenOptions(flags)
	options.Profiled = colorprofile.ASCII
	options.Copy = p.clipboards(false).copy
	model, err := tui.New(work, options)
	if err != nil {
		return p.wrongSetting(err)
	}
	err = model.Plain(ctx, p.stdin, p.textTerminal())
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return errors.Join(err, model.Close())
}

// textTerminal returns the output of the text mode: with lines as wide as the
// terminal, or whole if it is none.
func (p *program) textTerminal() io.Writer {
	f, ok := p.stdout.(*os.File)
	if !ok || !p.isTerminal(f) {
		return p.stdout
	}
	return tui.NewLineWrapper(f, func() int {
		width, _, err := term.GetSize(int(f.Fd())) // a descriptor fits
		if err != nil {
			return 0
		}
		return width
	})
}

// ending returns the error for the end of the screens.
func ending(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if errors.Is(err, tea.ErrProgramPanic) {
		return pipeline.Fail(pipeline.BadEngine, "", "The lake is unharmed. Please report what is printed above: it contains no row data.", "the UI crashed")
	}
	return err
}

// framesPerSecond is the maximum rate of screen updates if their pace cannot be
// set (pace.go). On average an update waits for half of a frame; at the usual 60
// frames the longest wait alone is 16 ms.
const framesPerSecond = 120

func (p *program) screenTerminal(ctx context.Context, stops *stopper, end context.CancelCauseFunc) []tea.ProgramOption {
	in := p.stdin
	if file, ok := in.(*os.File); ok {
		in = keyboard{file, end}
	}
	out := p.stdout
	if file, ok := out.(*os.File); ok {
		out = tui.NewTerminal(file)
	}
	options := []tea.ProgramOption{
		tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(out), tea.WithoutSignalHandler(),
		tea.WithFilter(stops.before(tui.Filter(time.Now))), tea.WithFPS(framesPerSecond),
	}
	if p.config.color == "never" {
		options = append(options, tea.WithColorProfile(colorprofile.ASCII))
	}
	return options
}

// keyboard is the input of the screens. At its end the terminal is closed, and
// the screens end, because nohup lets them ignore the signal for that.
type keyboard struct {
	*os.File

	end context.CancelCauseFunc
}

// Read implements io.Reader.
func (k keyboard) Read(p []byte) (int, error) {
	n, err := k.File.Read(p)
	if n == 0 && err != nil {
		k.end(&pipeline.Failure{Kind: pipeline.HungUp, Err: errors.New("cancelled: the terminal was closed"), Fix: "No table was left half written; run again to continue."})
	}
	return n, err
}

// stopper handles stop signals so that the terminal is restored first, as with
// the key for suspend. In both cases the UI library sends the signal again
// after it has restored the terminal, and then the process stops.
type stopper struct {
	signals  chan os.Signal
	restored atomic.Bool
	screen   *tea.Program
	pace     *pace // nil before the first message
}

// watch relays stop signals to the screen until unwatch is called.
func (s *stopper) watch(screen *tea.Program) (unwatch func()) {
	s.screen = screen
	done := make(chan struct{})
	notifyStop(s.signals)
	go func() {
		for {
			select {
			case <-s.signals:
				if s.restored.Load() {
					stopHere()
				} else {
					screen.Send(tea.SuspendMsg{})
				}
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(s.signals)
		close(done)
	}
}

// before returns a filter that tracks suspend and resume messages, sets the pace
// and then calls the given filter.
func (s *stopper) before(filter func(tea.Model, tea.Msg) tea.Msg) func(tea.Model, tea.Msg) tea.Msg {
	return func(m tea.Model, msg tea.Msg) tea.Msg {
		if s.pace == nil {
			s.pace = paceOf(s.screen)
		}
		s.pace.quicken()
		switch msg.(type) {
		case tea.SuspendMsg:
			s.restored.Store(true)
		case tea.ResumeMsg:
			s.restored.Store(false)
		}
		return filter(m, msg)
	}
}

func (p *program) screenOptions(flags runFlags) tui.Options {
	name := p.config.lake
	if p.config.demo {
		name = demoName
	} else if absolute, err := filepath.Abs(name); err == nil && !isURL(name) {
		name = absolute
	}
	o := tui.Options{
		Lake: p.shortPath(name), Engine: p.config.engine, ByCatalog: p.cataloguer(), Profile: p.config.profile, Keys: p.config.keys,
		Examine: p.examine,
		Open: func(ctx context.Context) (*tui.Workspace, error) {
			place, err := p.workspace(ctx, flags.allow.allowance())
			if err == nil {
				p.visited(name)
			}
			return place, err
		},
		Questions: &p.questions,
		Run:       flags.options(nil), Now: time.Now, Zone: time.Local, Unknown: true, Look: p.config.look(), Profiled: colorprofile.TrueColor,
		Copy:   p.clipboards(true).copy,
		Editor: p.ownEditor,
		Export: export.Into, Replace: export.Over,
	}
	o.Offers = p.offers
	o.CheckLake = func(ctx context.Context, lake string) (*pipeline.Record, error) {
		return children{program: p, lake: plainS3(lake), allow: flags.allow.allowance()}.check(ctx, nil)
	}
	if folder, err := os.Getwd(); err == nil {
		o.Folder = folder
	}
	if reviews, err := p.reviews(); err == nil {
		o.Reviews = reviews
	}
	if p.reviewing != nil && p.config.origins["lake"] == "" && !p.config.demo {
		o.Open, o.Lake, o.Engine = nil, "no lake", ""
		return o
	}
	if memory := p.memoryFile(name); memory != "" {
		o.Recall, o.Remember = recallFrom(memory), p.rememberIn(memory)
		if p.config.demo { // each demo lake is new, so only the queries are kept
			o.Recall = func() tui.Remembered {
				known := recallFrom(memory)()
				known.Screen, known.Table, known.Tables = "", "", nil
				return known
			}
		}
	}
	if screen, recall := p.screenAt, o.Recall; screen != "" && recall != nil {
		o.Recall = func() tui.Remembered { // the lake was opened from this screen
			known := recall()
			known.Screen = screen
			return known
		}
	}
	return o
}

// shortPath returns a path with the home folder as ~.
func (p *program) shortPath(path string) string {
	home, _ := p.env("HOME")
	if near, err := filepath.Rel(home, path); home != "" && err == nil && filepath.IsLocal(near) {
		return filepath.Join("~", near)
	}
	return path
}

// workspace opens the lake for the screens. Slow or memory-intensive work runs
// in child processes: runs and checks as commands of this program
// (children.go), queries in confined processes.
func (p *program) workspace(ctx context.Context, allow pipeline.Allowance) (*tui.Workspace, error) {
	o, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	fail := func(err error) (*tui.Workspace, error) { return nil, errors.Join(err, o.close()) }
	memory, err := bytesOf(p.config.memory)
	if err != nil {
		return fail(err)
	}
	scratch := filepath.Join(o.temp, "scratch")
	if err := os.Mkdir(scratch, 0o700); err != nil {
		return fail(err)
	}
	var jobs func(context.Context, string) ([]pipeline.JobRun, error)
	if list := p.selected().Jobs; list != nil {
		jobs = func(ctx context.Context, table string) ([]pipeline.JobRun, error) {
			return list(ctx, o.env, []*pipeline.Table{o.lake.Table(table)}, screenJobRuns)
		}
	}
	var location func(string) string
	if o.env.Discovered != nil {
		location = o.env.Discovered.Location
	}
	c := children{program: p, lake: o.root, store: o.store, allow: allow}
	options := query.Options{Memory: memory, Threads: p.config.threads, Timeout: screenQueryTime, Nice: queryNiceness, Allow: allow}
	limits := registry.QueryLimits{Memory: memory, Threads: p.config.threads, Timeout: screenQueryTime, Nice: queryNiceness, Allow: allow}
	return &tui.Workspace{
		Far: isURL(o.root), Location: location, Catalog: o.browse, Jobs: jobs, Runner: o.runner(p.config.demo), Run: c.run, Check: c.check, Why: c.whyOf(o), Rollback: c.rollback, Topics: func(ctx context.Context) ([]diagnose.Topic, error) {
			return diagnose.Topics(ctx, o.lake, p.definition(), o.embedded)
		}, Scratch: scratch, Close: o.close,
		Engines: p.answers(o),
		Querier: func(ctx context.Context, engine string) (pipeline.Querier, error) {
			return p.querier(ctx, o, engine, limits)
		},
		Files: func(ctx context.Context) (pipeline.Querier, error) {
			return p.querier(ctx, o, p.config.engines[0].Name, limits)
		},
		Versions: o.versions(options),
	}, nil
}

// answers returns the engines that can answer queries about the lake, the
// default one first.
func (p *program) answers(o *opened) []tui.Engine {
	var found []tui.Engine
	for _, e := range p.config.engines.Answers(p.config.engine, o.env.Place) {
		found = append(found, tui.Engine{Name: e.Name, Label: e.Label, ByCatalog: e.Deployed})
	}
	return found
}

// cataloguer returns the label of the engine that reads tables by their names
// in a catalog, or "".
func (p *program) cataloguer() string {
	for _, e := range p.config.engines {
		if e.Deployed && e.Querier != nil {
			return e.Label
		}
	}
	return ""
}

// What works for the screens works behind them: a key comes before a query, and
// a query, which the user waits for, before a run.
const (
	queryNiceness = 5
	runNiceness   = 10
)

// screenJobRuns is the number of Glue job runs that a screen shows.
const screenJobRuns = 100

// screenQueryTime is how long a query may take that the user waits for,
// who can cancel it.
const screenQueryTime = 10 * time.Minute
