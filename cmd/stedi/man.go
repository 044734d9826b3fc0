package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func (p *program) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "man",
		Short:   "Print the manual page",
		Long:    "Print the manual page, generated from the same texts as --help.",
		Example: "stedi man > stedi.1",
		Args:    usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := io.WriteString(p.stdout, manual(cmd.Root()))
			return err
		},
	}
}

// manual returns the page in the man macro package, which every implementation
// of man supports.
func manual(root *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH STEDI 1 \"\" \"stedi %s\" \"User Commands\"\n", roff(version))
	fmt.Fprintf(&b, ".SH NAME\nstedi \\- %s\n", roff(strings.ToLower(root.Short[:1])+root.Short[1:]))
	b.WriteString(".SH SYNOPSIS\n.B stedi\n[\\fICOMMAND\\fR] [\\fIARGUMENT\\fR...] [\\fB\\-\\-FLAG\\fR...]\n")
	fmt.Fprintf(&b, ".SH DESCRIPTION\n%s\n", roff(root.Long))
	b.WriteString(".SH OPTIONS\nThese apply to all commands.\n")
	manFlags(&b, root.PersistentFlags())
	b.WriteString(".PP\nThese apply to\n.B stedi\nwithout a command.\n")
	manFlags(&b, root.LocalNonPersistentFlags())
	b.WriteString(".SH COMMANDS\n")
	for _, cmd := range commands(root) {
		if cmd != root && cmd.IsAvailableCommand() {
			manOne(&b, cmd)
		}
	}
	for _, s := range manSections {
		fmt.Fprintf(&b, ".SH %s\n", s.title)
		for _, e := range s.entries {
			fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(e[0]), roff(e[1]))
		}
	}
	b.WriteString(".SH EXAMPLES\n")
	manExamples(&b, root)
	return b.String()
}

func manOne(b *strings.Builder, cmd *cobra.Command) {
	name := strings.TrimPrefix(cmd.CommandPath(), "stedi ")
	if _, arguments, ok := strings.Cut(cmd.Use, " "); ok {
		name += " " + arguments
	}
	text := cmd.Long
	if text == "" {
		text = cmd.Short
	}
	fmt.Fprintf(b, ".SS %s\n%s\n", roff(name), roff(strings.TrimSpace(text)))
	manFlags(b, cmd.LocalNonPersistentFlags())
	if own, ok := cmd.Annotations[outputsAnnotation]; ok {
		fmt.Fprintf(b, ".TP\n\\fB\\-\\-output\\fR \\fIstring\\fR\n%s\n", roff(alternatives(strings.Fields(own))))
	}
	manExamples(b, cmd)
}

func manFlags(b *strings.Builder, flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		short := ""
		if f.Shorthand != "" {
			short = "\\-" + f.Shorthand + ", "
		}
		fmt.Fprintf(b, ".TP\n\\fB%s\\-\\-%s\\fR", short, roff(f.Name))
		if value != "" {
			fmt.Fprintf(b, " \\fI%s\\fR", roff(value))
		}
		fmt.Fprintf(b, "\n%s\n", roff(usage))
	})
}

func manExamples(b *strings.Builder, cmd *cobra.Command) {
	if cmd.Example != "" {
		fmt.Fprintf(b, ".PP\n.nf\n%s\n.fi\n", roff(cmd.Example))
	}
}

// roff escapes special characters: backslashes, hyphens that would become
// dashes, and a dot or an apostrophe at the start of a line. Non-ASCII
// characters are written by code point, because troff reads bytes.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	var b strings.Builder
	for _, r := range strings.Join(lines, "\n") {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\[u%04X]`, r)
		}
	}
	return b.String()
}

var manSections = []struct {
	title   string
	entries [][2]string
}{
	{"ENVIRONMENT", [][2]string{
		{"STEDI_NAME", "The value of the flag --name, unless the command line sets it."},
		{"NO_COLOR, CLICOLOR_FORCE", "No colours, or colours even in a pipe. --color wins over both."},
		{"GITHUB_ACTIONS, GITHUB_STEP_SUMMARY", "In GitHub Actions, a run writes annotations and a job summary."},
	}},
	{"FILES", [][2]string{
		{"stedi.toml", "Settings of a project: in the working folder or the nearest one above it, up to the root of the repository or the home folder."},
		{"$XDG_CONFIG_HOME/stedi/stedi.toml", "Settings of a user. \"stedi config\" shows the values and their sources."},
		{"LAKE/.stedi", "State of a lake. runs/ID has a run's record, events, junit.xml and summary.md."},
	}},
	{"EXIT STATUS", [][2]string{
		{"0", "Done, or nothing to do."},
		{"1", "A check failed, or data cannot be read."},
		{"2", "Usage, configuration or definition."},
		{"3", "An engine, a disk or a service failed, or the timeout expired."},
		{"4", "No permission."},
		{"5", "The lake is locked, or was modified outside stedi."},
		{"129, 130, 131, 134, 143", "Cancelled by a signal, or, with 134, crashed."},
	}},
}
