package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/printable"
	"stedi/pipeline/survey"
)

func (p *program) traceCommand() *cobra.Command {
	var allow allowFlags
	cmd := &cobra.Command{
		Use:   "trace NAME",
		Short: "Follow one person's rows through the zones",
		Long: "Show how many rows of one person are in each table and after each stage of a transform, and where they\n" +
			"are dropped and why. NAME is the person's e-mail or serial number, or another column that a header of\n" +
			"the definition names (\"-- subject: email\"). For a table that is not built, its SQL is evaluated. Only\n" +
			"the person's own rows are counted, and none is printed. Nothing is written.",
		Example: "stedi trace Nadira.Copperly1@example.com --demo\nstedi trace Corvin.Gorsedale2@example.com --demo --profile strict --output json",
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.trace(cmd.Context(), args[0], allow.allowance())
		},
	}
	allow.add(cmd.Flags())
	return cmd
}

func (p *program) trace(ctx context.Context, subject string, allow pipeline.Allowance) (err error) {
	o, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	trace, err := survey.Trace(ctx, o.runner(p.config.demo), subject, allow)
	if err != nil {
		return err
	}
	switch p.config.output {
	case "json":
		encoder := json.NewEncoder(p.stdout)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(trace)
	case "ndjson":
		err = p.traceLines(trace)
	default:
		err = p.traceText(subject, trace)
	}
	if err == nil && trace.Name == "" {
		if p.config.output != "text" {
			tryWrite(p.stderr, "stedi: the value is not found in any table\n")
		}
		return &explainedError{pipeline.Fail(pipeline.BadData, "", "", "not found")}
	}
	return err
}

func (p *program) traceLines(trace *pipeline.Trace) error {
	encoder := json.NewEncoder(p.stdout)
	for _, t := range trace.Tables {
		if err := encoder.Encode(t); err != nil {
			return err
		}
	}
	return nil
}

func (p *program) traceText(subject string, trace *pipeline.Trace) error {
	var b strings.Builder
	if trace.Name == "" {
		fmt.Fprintf(&b, "%s: not found in any table; upper and lower case must be as in the files\n", printable.Text(subject))
	} else {
		fmt.Fprintf(&b, "%s: %s", printable.Text(subject), printable.Text(trace.Name))
		for _, l := range trace.Linked {
			fmt.Fprintf(&b, " (%d × %s)", l.Values, printable.Text(l.Name))
		}
		b.WriteString("\n\n")
		traceTables(&b, trace.Tables)
	}
	for _, t := range trace.Tables {
		if t.Rejected > 0 {
			fmt.Fprintf(&b, "note: %s: %s skipped\n", t.Table, pipeline.Counted(t.Rejected, "unreadable line"))
		}
		for _, name := range t.Skipped {
			fmt.Fprintf(&b, "note: %s: the file %s was skipped\n", t.Table, printable.Text(name))
		}
	}
	_, err := p.out.Write([]byte(b.String()))
	return err
}

func traceTables(b *strings.Builder, tables []pipeline.TableTrace) {
	rows := [][]string{{"ZONE", "TABLE", "ROWS", "WAY"}}
	for _, t := range tables {
		n := countOf(t.Rows)
		if t.Missing {
			n = "-"
		}
		rows = append(rows, []string{t.Zone, t.Table, n, traceFunnel(t)})
	}
	writeLines(b, align(rows, 2))
	for _, t := range tables {
		if t.Ends == "" {
			continue
		}
		fmt.Fprintf(b, "\n%s: all rows are dropped at %s", t.Table, t.Ends)
		for _, s := range t.Stages {
			if s.Name == t.Ends && s.Condition != "" {
				fmt.Fprintf(b, ", which requires\n  %s", printable.Text(s.Condition))
			}
		}
		b.WriteString("\n")
	}
}

// traceFunnel writes a subject's funnel through a table.
func traceFunnel(t pipeline.TableTrace) string {
	text := t.Levels().Text(countOf, false)
	switch {
	case t.Missing:
		text += " (not built yet)"
	case len(t.Stages) > 0 && t.Stages[len(t.Stages)-1].Rows != t.Rows:
		text += " (the table is stale)"
	}
	return text
}
