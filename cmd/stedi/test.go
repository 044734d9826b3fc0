package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/fixture"
	"stedi/pipeline/printable"
)

func (p *program) testCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "test [TABLE…]",
		Short: "Test transforms on small given rows",
		Long: "Test transforms, each alone and without a lake, on the rows that tests/TABLE.json gives them:\n\n" +
			"  [{\"name\": \"no consent, no row\", \"profiles\": [\"strict\"],\n" +
			"    \"given\": {\"customer_landing\": [{\"email\": \"a@example.com\", \"serialNumber\": \"s\"}]},\n" +
			"    \"expect\": []}]\n\n" +
			"A table that is not given is empty; a column left out is null; the order of rows does not matter.\n" +
			"A fixture runs with exactly the profiles that it names. --profile selects the fixtures of those\n" +
			"profiles. Tables are named as for run.",
		Example:           "stedi test\nstedi test customer_trusted\nstedi test --profile strict\nstedi test --output ndjson",
		RunE:              func(cmd *cobra.Command, args []string) error { return p.testTransforms(cmd.Context(), args) },
		ValidArgsFunction: p.completeSelection,
	}
}

func (p *program) testTransforms(ctx context.Context, names []string) (err error) {
	engine, temp, closeEngine, err := p.openEngine(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeEngine()) }()
	definition := p.definition()
	p.builds = true
	lake, err := p.load(ctx, p.config.lake, engine)
	if err != nil {
		return err
	}
	fixtures, err := p.chooseFixtures(lake, names)
	if err != nil {
		return err
	}
	report := testReport{Cases: []fixture.Result{}}
	rehearsal := fixture.Rehearsal{Definition: definition, Parser: engine, Engine: engine, Temp: temp}
	var printed error
	err = rehearsal.Run(ctx, fixtures, func(result fixture.Result) {
		report.add(result)
		if printed == nil {
			printed = p.printCase(result)
		}
	})
	if err = errors.Join(err, printed); err != nil {
		return err
	}
	if err := p.printTests(report); err != nil {
		return err
	}
	if report.Failed > 0 {
		return &explainedError{pipeline.Fail(pipeline.BadData, "", "", "%d tests failed", report.Failed)}
	}
	return nil
}

// chooseFixtures returns the fixtures of the named tables and, if there are
// variants, of exactly those. It fails if no fixture matches.
func (p *program) chooseFixtures(lake *pipeline.Lake, names []string) ([]*fixture.Fixture, error) {
	tables, err := lake.Select(names)
	if err != nil {
		return nil, err
	}
	all, err := fixture.Load(lake, p.definition())
	if err != nil {
		return nil, err
	}
	chosen := slices.DeleteFunc(slices.Clone(all), func(f *fixture.Fixture) bool {
		named := slices.ContainsFunc(tables, func(t *pipeline.Table) bool { return t.Name == f.Table })
		return !named || len(lake.Profiles) > 0 && !slices.Equal(lake.Profiles, f.Profiles)
	})
	if len(chosen) == 0 {
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Write tests/TABLE.json in the definition; `stedi test --help` shows an example.",
			"none of the %d tests of the definition matches", len(all))
	}
	return chosen, nil
}

// testReport is the output of --output json.
type testReport struct {
	Passed int              `json:"passed"`
	Failed int              `json:"failed"`
	Cases  []fixture.Result `json:"cases"`
}

func (r *testReport) add(result fixture.Result) {
	r.Cases = append(r.Cases, result)
	if result.Failed() {
		r.Failed++
	} else {
		r.Passed++
	}
}

// printCase prints a fixture's result when it has run.
func (p *program) printCase(r fixture.Result) error {
	switch p.config.output {
	case "json":
		return nil
	case "ndjson":
		encoder := json.NewEncoder(p.stdout)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(r)
	}
	_, err := fmt.Fprintln(p.out, strings.Join(describeCase(r), "\n"))
	return err
}

// describeCase returns one line for a fixture that passes, and more for one
// that fails.
func describeCase(r fixture.Result) []string {
	name := r.Table + ": " + printable.Text(r.Case)
	if len(r.Profiles) > 0 {
		name += " (" + strings.Join(r.Profiles, ", ") + ")"
	}
	if !r.Failed() {
		return []string{"ok    " + name}
	}
	lines := []string{fmt.Sprintf("FAIL  %s  %s:%d", name, r.File, r.Line)}
	if r.Error != "" {
		return append(lines, "  "+printable.Text(strings.ReplaceAll(r.Error, "\n", " ")))
	}
	lines = append(lines, describeRows("missing", r.Missing, r.MissingRows)...)
	return append(lines, describeRows("surplus", r.Surplus, r.SurplusRows)...)
}

func describeRows(what string, rows []json.RawMessage, all int) []string {
	var lines []string
	for _, row := range rows {
		lines = append(lines, "  "+what+" "+printable.Text(string(row)))
	}
	if more := all - len(rows); more > 0 {
		lines = append(lines, fmt.Sprintf("  %s and %d more", what, more))
	}
	return lines
}

func (p *program) printTests(r testReport) error {
	switch p.config.output {
	case "json":
		encoder := json.NewEncoder(p.stdout)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		return encoder.Encode(r)
	case "ndjson":
		return nil
	}
	_, err := fmt.Fprintf(p.out, "\n%d passed, %d failed\n", r.Passed, r.Failed)
	return err
}
