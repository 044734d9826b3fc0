package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"charm.land/fang/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"stedi/pipeline"
	"stedi/pipeline/dir"
	"stedi/pipeline/engines"
	"stedi/pipeline/printable"
	"stedi/tui"
)

// version is the version of the program. The linker sets it in releases.
var version = "dev"

// program is a command line: what it gets from outside, its settings, and its state
// while a command runs.
type program struct {
	process
	config config
	invocation
}

// process is what the operating system gives a program. Tests give it something
// else.
type process struct {
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	out    *printable.Log // stdout for text; set by guardLogs
	raw    io.Writer      // stderr for the commands of a service; set by guardLogs
	env    func(string) (string, bool)
	self   func() (string, error) // path of this program
	fault  func(dir.Op) error     // nil but in tests: what goes wrong with files
}

// invocation is the state of a program while it runs a command.
type invocation struct {
	colorMode string // auto, always or never
	log       runLog
	replies   *bufio.Reader // what is read of stdin; nil: nothing was asked
	builds    bool          // the command builds tables
	framed    bool          // the screens have started it; see steer.go
	annotated bool          // GitHub has got annotations of the failures
	reviewing *screenReview // of stedi review --screen; nil: the screens show a lake
	questions tui.Questions // of background work to the reader of the screens
	screenAt  string        // the screen to begin with; "": the one of the last session
}

// execute runs one command line and prints its error.
func (p *program) execute(ctx context.Context, args []string) error {
	args = sqlArguments(args)
	p.chooseColor(args)
	p.guardLogs()
	defer p.closeLog()
	root := p.root() //nolint:contextcheck // cobra passes the context to each command
	root.SetArgs(args)
	root.SetIn(p.stdin)
	root.SetErr(p.withoutColor(p.stderr))
	help := p.watchHelp(root)
	terminal := newVeil()
	defer terminal.close()
	terminal.over(root)
	if !p.colors(p.stdout) {
		terminal.cover()
	}
	err := fang.Execute(ctx, root, fang.WithVersion(version), fang.WithoutManpage(), fang.WithErrorHandler(printError))
	if err == nil && help.err != nil {
		err = help.err
		printError(colorprofile.NewWriter(root.ErrOrStderr(), os.Environ()), fang.Styles{}, err)
	}
	p.ended(err)
	p.sendFailure(err)
	return err
}

func (p *program) root() *cobra.Command {
	var batch, plain bool
	var o runFlags
	root := &cobra.Command{
		Use:   "stedi",
		Short: "Explore and run a three-zone data lake",
		Long: "A lake is a folder of SQL files and JSON lines in three zones: landing, trusted and curated.\n" +
			"stedi runs its transforms, checks the results and explains every row count. Without a command it opens\n" +
			"the UI; with --batch it builds all tables that are not up to date, then runs all checks, without the UI.",
		Example: "stedi --demo\nstedi --lake ./lake\nstedi --batch --lake ./lake\nstedi run +customer_curated --lake ./lake",
		Args:    knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case batch && plain:
				return pipeline.Fail(pipeline.BadUsage, "", "Use only one of them.", "--batch and --plain cannot be combined")
			case plain:
				return p.plain(cmd.Context(), o)
			case !batch:
				return p.screen(cmd.Context(), o)
			}
			o.check = true
			return p.runLake(cmd.Context(), o, nil)
		},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return p.settle(cmd) },
	}
	root.SetFlagErrorFunc(flagError)
	root.Flags().BoolVar(&plain, "plain", false, "the screens as lines of text, for screen readers and simple terminals")
	root.Flags().BoolVar(&batch, "batch", false, "run all tables that are not up to date, then all checks, without the UI")
	o.add(root.Flags())
	o.ci.add(root.Flags())
	p.addSteered(root.Flags())
	if p.config.engines == nil {
		p.config.engines = engines.All(&p.config.account)
	}
	p.config.add(root.PersistentFlags())
	root.AddCommand(p.commands()...)
	p.finishRoot(root)
	return root
}

// commands returns the commands that have a file of their own.
func (p *program) commands() []*cobra.Command {
	return []*cobra.Command{
		p.checkCommand(),
		p.ddlCommand(),
		p.deployCommand(),
		p.destroyCommand(),
		p.doctorCommand(),
		p.evidenceCommand(),
		p.explainCommand(),
		p.initCommand(),
		p.jobsCommand(),
		p.manCommand(),
		p.planCommand(),
		p.previewCommand(),
		p.proveCommand(),
		p.queryCommand(),
		p.reviewCommand(),
		p.rollbackCommand(),
		p.runCommand(),
		p.runsCommand(),
		p.sampleCommand(),
		p.shotCommand(),
		p.tablesCommand(),
		p.testCommand(),
		p.traceCommand(),
		p.versionCommand(),
		p.whyCommand(),
	}
}

// helpOutput is what the library that prints help writes to. The library ignores
// errors, so helpOutput keeps the first one.
type helpOutput struct {
	io.Writer
	err error
}

func (o *helpOutput) Write(text []byte) (int, error) {
	n, err := o.Writer.Write(text)
	if o.err == nil {
		o.err = err
	}
	return n, err
}

// watchHelp makes a command note errors of writing its help. It leaves a terminal
// as it is, because the library asks it for its colours.
func (p *program) watchHelp(root *cobra.Command) *helpOutput {
	out := &helpOutput{Writer: root.OutOrStdout()}
	if !p.isTerminal(p.stdout) {
		root.SetOut(out)
	}
	return out
}

// usageArgs adds the usage line of the command to an error of check.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if check(cmd, args) == nil {
			return nil
		}
		return miswritten(cmd, strings.TrimPrefix(cmd.Use, cmd.Name()))
	}
}

func miswritten(cmd *cobra.Command, words string) error {
	return pipeline.Fail(pipeline.BadUsage, "", "See "+cmd.CommandPath()+" --help.", "write it as: %s%s [--flags]", cmd.CommandPath(), words)
}

// printError prints an error and its fix.
func printError(w io.Writer, _ fang.Styles, err error) {
	if _, quiet := errors.AsType[*explainedError](err); quiet {
		return
	}
	name := red + "stedi:" + plain + " "
	for line := range strings.Lines(err.Error()) {
		tryWrite(w, name+printable.Text(strings.TrimRight(line, "\n"))+"\n")
		name = ""
	}
}

// tryWrite writes a message to stderr. If stderr is closed, the work continues.
func tryWrite(w io.Writer, text string) {
	_, _ = io.WriteString(w, text)
}

// explainedError is an error that the output has already explained.
type explainedError struct{ error }

func (e *explainedError) Unwrap() error { return e.error }

// isTerminal reports whether a stream is a terminal that supports a live line.
func (p *program) isTerminal(stream any) bool {
	if log, ok := stream.(interface{ Unwrap() io.Writer }); ok {
		stream = log.Unwrap()
	}
	f, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) { // a descriptor fits
		return false
	}
	name, _ := p.env("TERM")
	return name != "dumb"
}
