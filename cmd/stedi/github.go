package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/printable"
	"stedi/pipeline/report"
)

// gitHub returns the reporter of a run to GitHub Actions, when it runs there.
func (p *program) gitHub() []watcher {
	var watchers []watcher
	if name, _ := p.env("GITHUB_STEP_SUMMARY"); name != "" {
		watchers = append(watchers, &stepSummary{name: name, complain: p.stderr})
	}
	if p.inGitHub() {
		watchers = append(watchers, &annotations{p: p})
	}
	return watchers
}

// services are variables that services which build software set.
var services = []string{"CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "TEAMCITY_VERSION", "BUILDKITE", "TRAVIS", "JENKINS_URL"}

// guardLogs keeps what is read from files and services from being a command to
// what reads stdout and stderr. On a terminal nothing obeys commands, unless it
// is the one of a service. Data in JSON and CSV stays as it is, byte by byte.
func (p *program) guardLogs() {
	served := slices.ContainsFunc(services, func(name string) bool {
		value, _ := p.env(name)
		return value != "" && value != "false"
	})
	p.raw = p.stderr
	p.out = printable.NewLog(p.stdout, served || !p.isTerminal(p.stdout))
	log := printable.NewLog(p.stderr, served || !p.isTerminal(p.stderr))
	if p.stderr = log; p.isTerminal(p.raw) {
		p.stderr = terminalLog{log, p.raw.(*os.File)} //nolint:forcetypeassert // a terminal is a file
	}
}

// terminalLog is a log on a terminal. The library that prints errors asks the
// file what it is, to choose colours.
type terminalLog struct {
	*printable.Log
	terminal *os.File
}

func (l terminalLog) Fd() uintptr                { return l.terminal.Fd() }
func (l terminalLog) Read(p []byte) (int, error) { return l.terminal.Read(p) }
func (l terminalLog) Close() error               { return nil } // the log does not own it

func (p *program) inGitHub() bool {
	value, _ := p.env("GITHUB_ACTIONS")
	return value == "true"
}

// annotations prints workflow commands. The runner reads them from stderr as
// well as from stdout, and stdout is data.
type annotations struct{ p *program }

func (a *annotations) event(pipeline.Event) {}

func (a *annotations) end(r *pipeline.Record) error {
	notes := notesOf(r)
	a.p.told = len(notes) > 0
	for _, n := range fewer(notes) {
		narrate(a.p.raw, n.String()+"\n")
	}
	return nil
}

// annotation is one ::error or ::warning.
type annotation struct {
	level   string // error or warning
	title   string
	message string
}

func (n annotation) String() string {
	return fmt.Sprintf("::%s title=%s::%s", n.level, gitHubProperty.Replace(logged(n.title)), gitHubText.Replace(logged(n.message)))
}

// logged is a text without control characters, but for ends of lines, and
// without what GitHub reads as a command within a line. It is behind the start
// of a line itself.
func logged(text string) string {
	var b strings.Builder
	for line := range strings.SplitAfterSeq(text, "\n") {
		content := strings.TrimRight(line, "\r\n")
		b.WriteString(strings.TrimPrefix(printable.Uncommanded(">"+printable.Text(content)), ">"))
		b.WriteString(line[len(content):])
	}
	return b.String()
}

// The characters that would end a value, or the command.
var (
	gitHubText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	gitHubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// notesOf finds what is worth an annotation: errors first.
func notesOf(r *pipeline.Record) []annotation {
	var failures, warnings []annotation
	for _, s := range r.Steps {
		if s.State == pipeline.Failed {
			failures = append(failures, annotation{"error", s.Table + " failed", s.Error})
		}
	}
	if r.Error != "" && len(failures) == 0 {
		failures = append(failures, annotation{"error", "stedi", r.Error})
	}
	for _, c := range r.Checks {
		if c.State != "fail" {
			continue
		}
		message := c.Message
		if c.Failing > 0 {
			message += " (" + counted(c.Failing, "row") + ")"
		}
		message = strings.Join(append([]string{message}, c.Diagnosis...), "\n")
		if c.Severity == "warning" {
			warnings = append(warnings, annotation{"warning", c.Check + ": " + c.Table, message})
		} else {
			failures = append(failures, annotation{"error", c.Check + ": " + c.Table, message})
		}
	}
	for _, t := range r.Tables {
		if t.Rejected > 0 {
			warnings = append(warnings, annotation{"warning", t.Table, counted(t.Rejected, "line") + " rejected"})
		}
		for _, name := range t.SkippedFiles {
			warnings = append(warnings, annotation{"warning", t.Table, "skipped file: " + name})
		}
		for _, name := range t.UnreadableFiles {
			failures = append(failures, annotation{"error", t.Table, "file cannot be read: " + name})
		}
	}
	return append(failures, warnings...)
}

func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// mostNotes is how many annotations of a step GitHub shows.
const mostNotes = 10

// fewer makes one annotation of those that would not be shown.
func fewer(notes []annotation) []annotation {
	if len(notes) <= mostNotes {
		return notes
	}
	rest := notes[mostNotes-1:]
	var titles []string
	for _, n := range rest {
		titles = append(titles, n.title)
	}
	more := annotation{rest[0].level, fmt.Sprintf("%d more", len(rest)), strings.Join(titles, "\n")}
	return append(append([]annotation{}, notes[:mostNotes-1]...), more)
}

// stepSummary appends the summary of a run to that of the workflow's step.
type stepSummary struct {
	name     string
	complain io.Writer
}

func (s *stepSummary) event(pipeline.Event) {}

// end never fails: a run is not wrong because its summary cannot be shown.
func (s *stepSummary) end(r *pipeline.Record) error {
	if err := s.append(report.Summary(r)); err != nil {
		narrate(s.complain, "stedi: no step summary: "+printable.Text(err.Error())+"\n")
	}
	return nil
}

func (s *stepSummary) append(text []byte) (err error) {
	file, err := os.OpenFile(s.name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	const limit = 1 << 20 // GitHub drops the summary of a step that is larger
	if info.Size()+int64(len(text)) >= limit {
		return fmt.Errorf("it would be over GitHub's %d bytes; the run's folder has it as summary.md", limit)
	}
	_, err = file.Write(append(text, '\n'))
	return err
}

// ended reports what no record has reported, when a command is over.
func (p *program) ended(err error) {
	p.log.finish(err)
	_, shown := errors.AsType[*saidAlready](err)
	if err != nil && !p.told && !shown && p.inGitHub() {
		narrate(p.raw, annotation{"error", "stedi", err.Error()}.String()+"\n")
	}
}
