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

// services are environment variables that CI services set.
var services = []string{"CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "TEAMCITY_VERSION", "BUILDKITE", "TRAVIS", "JENKINS_URL"}

// guardLogs prevents text from files and services from acting as workflow
// commands on stdout and stderr. A terminal executes no workflow commands,
// unless a CI service reads it. Data in JSON and CSV is written unchanged.
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

// terminalLog is a log on a terminal. The library that prints errors reads the
// file's descriptor to choose colours.
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

// annotations prints workflow commands to stderr. The runner reads both
// streams, and stdout is data.
type annotations struct{ p *program }

func (a *annotations) event(pipeline.Event) {}

func (a *annotations) end(r *pipeline.Record) error {
	notes := notesOf(r)
	a.p.annotated = len(notes) > 0
	for _, n := range fewer(notes) {
		tryWrite(a.p.raw, n.String()+"\n")
	}
	return nil
}

// annotation is one ::error or ::warning command.
type annotation struct {
	level   string // error or warning
	title   string
	message string
}

func (n annotation) String() string {
	return fmt.Sprintf("::%s title=%s::%s", n.level, gitHubProperty.Replace(logged(n.title)), gitHubText.Replace(logged(n.message)))
}

// logged removes control characters except line ends, and text within a line
// that GitHub would execute as a command. The result does not begin at the
// start of a line.
func logged(text string) string {
	var b strings.Builder
	for line := range strings.SplitAfterSeq(text, "\n") {
		content := strings.TrimRight(line, "\r\n")
		b.WriteString(strings.TrimPrefix(printable.Uncommanded(">"+printable.Text(content)), ">"))
		b.WriteString(line[len(content):])
	}
	return b.String()
}

// Escapes for the characters that would end a value or the command.
var (
	gitHubText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	gitHubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// notesOf returns the annotations for a run, errors first.
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
			message += " (" + pipeline.Counted(c.Failing, "row") + ")"
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
			warnings = append(warnings, annotation{"warning", t.Table, pipeline.Counted(t.Rejected, "line") + " rejected"})
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

// mostNotes is the number of annotations that GitHub shows per step.
const mostNotes = 10

// fewer merges the annotations beyond mostNotes into one.
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

// stepSummary appends the summary of a run to the job summary of the workflow
// step.
type stepSummary struct {
	name     string
	complain io.Writer
}

func (s *stepSummary) event(pipeline.Event) {}

// end prints a note if it cannot write the summary, and never returns an error.
func (s *stepSummary) end(r *pipeline.Record) error {
	if err := s.append(report.Summary(r)); err != nil {
		tryWrite(s.complain, "stedi: no step summary: "+printable.Text(err.Error())+"\n")
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
	const limit = 1 << 20 // GitHub drops a step's summary that is larger
	if info.Size()+int64(len(text)) >= limit {
		return fmt.Errorf("it would be over GitHub's %d bytes; the run's folder has it as summary.md", limit)
	}
	_, err = file.Write(append(text, '\n'))
	return err
}

// ended reports what no record has reported, when a command is over.
func (p *program) ended(err error) {
	p.log.finish(err)
	_, shown := errors.AsType[*explainedError](err)
	if err != nil && !p.annotated && !shown && p.inGitHub() {
		tryWrite(p.raw, annotation{"error", "stedi", err.Error()}.String()+"\n")
	}
}
