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

// chooseColor decides before the flags are parsed, since help and errors have
// colours, too. --color wins over NO_COLOR, and that over CLICOLOR_FORCE and
// FORCE_COLOR, which mean the same.
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
	p.color = mode
	// Help is drawn by a library that asks the environment, and takes fewer
	// values for a yes than the conventions do.
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

// colors tells whether a stream gets colours.
func (p *program) colors(w io.Writer) bool {
	return p.color == "always" || p.color == "auto" && p.isTerminal(w)
}

// withoutColor hides from the library that draws help and errors that a stream
// is a terminal, if there shall be no colours: it would still draw bold.
func (p *program) withoutColor(w io.Writer) io.Writer {
	if p.colors(w) {
		return w
	}
	return struct{ io.Writer }{w}
}

// paintVerdict colours the end of a line that says how a table stands.
func paintVerdict(line string, r pipeline.TableRecord) string {
	words := verdict(r)
	color := ""
	switch {
	case r.Missing:
	case r.Origin == pipeline.Modified:
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
