package main

import (
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"stedi/pipeline"
)

// The colours of verdicts: those of the terminal's own palette, so that they
// can be read on any background.
const (
	green  = "\x1b[32m"
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	plain  = "\x1b[0m"
)

var colorModes = []string{"auto", "always", "never"}

// chooseColor sets the colour mode before the flags are parsed, because help
// and errors have colours, too. --color overrides NO_COLOR, which overrides
// CLICOLOR_FORCE and FORCE_COLOR.
func (p *program) chooseColor(args []string) {
	mode := p.askedColor(args)
	if mode != "always" && mode != "never" {
		mode = "auto"
		for _, name := range []string{"CLICOLOR_FORCE", "FORCE_COLOR"} {
			if force, _ := p.env(name); force != "" && force != "0" && force != "false" {
				mode = "always"
			}
		}
		if no, _ := p.env("NO_COLOR"); no != "" {
			mode = "never"
		}
	}
	p.colorMode = mode
	// The library that prints help reads the environment itself, and accepts
	// fewer values than the conventions allow.
	switch mode {
	case "always":
		_ = os.Unsetenv("NO_COLOR")
		_ = os.Setenv("CLICOLOR_FORCE", "1")
	case "never":
		_ = os.Unsetenv("CLICOLOR_FORCE")
		_ = os.Setenv("NO_COLOR", "1")
	}
}

// askedColor finds what the command line, the environment or a file says. What
// is wrong with any of them is said later, by the code that uses them.
func (p *program) askedColor(args []string) string {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.ParseErrorsAllowlist.UnknownFlags = true
	flags.SetOutput(io.Discard)
	flags.BoolP("help", "h", false, "")
	mode := flags.String("color", "", "")
	_ = flags.Parse(args)
	if *mode != "" {
		return *mode
	}
	if value, _ := p.env("STEDI_COLOR"); value != "" {
		return value
	}
	folder, err := os.Getwd()
	if err != nil {
		return ""
	}
	project, user := settingsFiles(folder, p.env)
	for _, name := range []string{project, user} {
		settings, err := readSettings(name, name)
		if err != nil {
			continue
		}
		for _, s := range settings {
			if value, ok := s.value.(string); ok && s.key == "color" {
				return value
			}
		}
	}
	return ""
}

// colors reports whether output to a stream is coloured.
func (p *program) colors(w io.Writer) bool {
	return p.colorMode == "always" || p.colorMode == "auto" && p.isTerminal(w)
}

// withoutColor returns a writer that hides the terminal from the library that
// prints help and errors, if colours are off; on a terminal the library would
// still print bold text.
func (p *program) withoutColor(w io.Writer) io.Writer {
	if p.colors(w) {
		return w
	}
	return struct{ io.Writer }{w}
}

// paintVerdict colours the result at the end of a table's line.
func paintVerdict(line string, r pipeline.TableRecord, failed int) string {
	words := verdict(r, failed)
	color := ""
	switch {
	case r.Missing:
	case r.Origin == pipeline.Modified || failed > 0:
		color = red
	case r.Stale != "":
		color = yellow
	case r.Expected != nil && *r.Expected != r.Rows:
		color = red
	case r.Rejected > 0:
		color = yellow
	case r.Expected != nil:
		color = green
	}
	rest, ok := strings.CutSuffix(line, words)
	if !ok || color == "" {
		return line
	}
	return rest + color + words + plain
}
