package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/diagnose"
	"stedi/pipeline/printable"
	"stedi/pipeline/stedi"
)

func (p *program) whyCommand() *cobra.Command {
	var allow allowFlags
	var o diagnose.Options
	var yes bool
	cmd := &cobra.Command{
		Use:   "why [TABLE…]",
		Short: "Find out why a table is wrong",
		Long: "Compare each table with what its transform returns on the upstream tables as they are in the lake,\n" +
			"and search the cause of a difference: mistakes that people make, and small changes of the transform.\n" +
			"A cause is certain if it returns exactly the rows of the table. It is shown with the fewest landing\n" +
			"rows on which both differ; values that identify people are masked. Nothing is written to the lake.\n\n" +
			"An engine that charges for queries counts rows where the lake is stored and fetches none, so no row is shown.\n" +
			"Before that it says what is scanned and what it costs at most, and asks; --yes agrees. Other engines fetch\n" +
			"the files, which may be JSON lines or Parquet.",
		Example: "stedi why --lake ./lake\nstedi why machine_learning_curated --lake ./lake --output json\nstedi why --demo --counts",
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Tables, o.Allow = args, allow.allowance()
			p.boundMemory()
			return p.why(cmd.Context(), o, yes)
		},
	}
	cmd.Flags().BoolVar(&o.ShowPersonal, "show-personal", false, "show values that identify people instead of masking them")
	cmd.Flags().BoolVar(&o.Fixtures, "fixture", false, "print the proof of the first wrong table as a fixture for `stedi test`")
	cmd.Flags().BoolVar(&o.Counts, "counts", false, "also say how many rows each table would have with each mistake")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask before queries that cost something")
	allow.add(cmd.Flags())
	return cmd
}

// whyMemory is the engine's memory while causes are searched, unless --memory
// says otherwise. What does not fit into it goes to the temporary folder.
const whyMemory = "1200MB"

func (p *program) boundMemory() {
	if p.config.memory == "" {
		p.config.memory = whyMemory
	}
}

func (p *program) why(ctx context.Context, options diagnose.Options, yes bool) (err error) {
	o, err := p.openToDiagnose(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	options.Definition = p.definition()
	if err := p.countIn(o, &options, yes); err != nil {
		return err
	}
	defer func() { p.tellSpent(o.engine.Spent()) }()
	report, err := diagnose.Run(ctx, o.runner(p.config.demo), o.embedded, options)
	if err != nil {
		return err
	}
	switch {
	case options.Fixtures:
		err = p.whyFixture(report)
	case p.config.output == "json":
		encoder := json.NewEncoder(p.stdout)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		err = encoder.Encode(report)
	case p.config.output == "ndjson":
		encoder := json.NewEncoder(p.stdout)
		for i := range report.Tables {
			err = errors.Join(err, encoder.Encode(report.Tables[i]))
		}
	default:
		_, err = p.out.Write([]byte(whyText(report)))
	}
	if kind := report.Kind(); err == nil && kind != pipeline.Done {
		return &explainedError{pipeline.Fail(kind, "", "", "a table is wrong")}
	}
	return err
}

// whyFixture prints the fixture of the first table that has one.
func (p *program) whyFixture(report *diagnose.Report) error {
	for _, t := range report.Tables {
		for _, c := range t.Causes {
			if c.Fixture != "" {
				tryWrite(p.stderr, fmt.Sprintf("note: put it into tests/%s.json of the definition; `stedi test` runs it\n", t.Table))
				_, err := p.stdout.Write([]byte(c.Fixture))
				return err
			}
		}
	}
	return pipeline.Fail(pipeline.BadData, "", "Run `stedi why` for what is known of the tables.", "no table has a proof to write as a fixture")
}

// whyText writes a report for people: all tables, then what is wrong.
func whyText(report *diagnose.Report) string {
	var b strings.Builder
	rows := [][]string{{"TABLE", "STATE", "ROWS", "EXPECTED"}}
	for _, t := range report.Tables {
		n, expected := countOf(t.Rows), countOf(t.ExpectedRows)
		if t.State == diagnose.Missing {
			n = "-"
			if t.ExpectedRows == 0 { // of upstream tables that are missing too
				expected = "-"
			}
		}
		rows = append(rows, []string{t.Table, string(t.State), n, expected})
	}
	writeLines(&b, align(rows, 2, 3))
	for i := range report.Tables {
		whyTable(&b, &report.Tables[i])
	}
	return b.String()
}

func whyTable(b *strings.Builder, t *diagnose.Table) {
	if t.Message == "" && len(t.Causes) == 0 && len(t.Counts) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s: %s\n", t.Table, printable.Text(cmp.Or(t.Message, string(t.State))))
	if len(t.Counts) > 0 {
		rows := [][]string{}
		for _, c := range t.Counts {
			rows = append(rows, []string{"  " + c.ID, countOf(c.Rows)})
		}
		writeLines(b, align(rows, 1))
	}
	for i := range t.Causes {
		c := &t.Causes[i]
		fmt.Fprintf(b, "\n  %s (%s, %s)\n  %s\n  Fix: %s\n", printable.Text(c.Title), c.ID, c.Certainty, printable.Text(c.Cause), printable.Text(c.Fix))
		if i > 0 {
			continue // the proof of the best one is enough to read
		}
		for _, w := range c.Witness {
			whyRows(b, c, w)
		}
		for line := range strings.Lines(c.SQLDiff) {
			if strings.HasPrefix(line, "--- ") || strings.HasPrefix(line, "+++ ") {
				continue // services take such lines for commands
			}
			b.WriteString("    " + printable.Text(strings.TrimRight(line, "\n")) + "\n")
		}
	}
}

func roleText(c *diagnose.Cause, role diagnose.Role) string {
	switch {
	case role == diagnose.Given:
		return "landing rows in"
	case role == diagnose.Correct:
		return "the correct transform returns in"
	case c.SQLDiff == "":
		return "the table has in"
	default:
		return "with the mistake it returns in"
	}
}

func whyRows(b *strings.Builder, c *diagnose.Cause, w diagnose.Witness) {
	fmt.Fprintf(b, "    %s %s:", roleText(c, w.Role), w.Table)
	if len(w.Rows) == 0 {
		b.WriteString(" no row")
	}
	b.WriteString("\n")
	for _, row := range w.Rows {
		line, err := json.Marshal(row)
		if err != nil {
			line = []byte("a row that is not JSON")
		}
		fmt.Fprintf(b, "      %s\n", printable.Text(string(line)))
	}
}

// reference returns what explains rows that a guard forbids: a copy of the
// built-in definition, whose transforms may have been changed, is compared with the
// original. Nil: the definition is the original, or does not have its profiles.
func (p *program) reference(ctx context.Context, o *opened) func(context.Context, pipeline.Unpublished) (string, error) {
	if p.config.definition == "" {
		return nil
	}
	lake, err := p.loadFrom(ctx, stedi.Definition, o.root, o.embedded)
	if err != nil {
		return nil
	}
	runner := o.runner(p.config.demo)
	runner.Lake = lake
	return diagnose.Reference{Runner: runner, Engine: o.embedded, Options: diagnose.Options{Definition: stedi.Definition}}.Explain
}
