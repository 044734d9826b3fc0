package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/printable"
	"stedi/pipeline/run"
)

// proveFlags are the flags of prove.
type proveFlags struct {
	engines []string
	rows    bool
}

func (p *program) proveCommand() *cobra.Command {
	var o proveFlags
	cmd := &cobra.Command{
		Use:   "prove [TABLE…]",
		Short: "Compare the rows that engines build",
		Long: "Parity check: build the tables on two or more engines, from the current tables and into scratch folders,\n" +
			"and compare the rows by value, in any order. The exit code is 1 if they differ, and the places of the\n" +
			"first different rows are printed; --rows also prints the rows, which are personal data.",
		Example:     "stedi prove --lake s3://bucket/prefix\nstedi prove customer_trusted --engines duckdb,glue --lake s3://bucket/prefix",
		Annotations: map[string]string{"examples": "needs an account"},
		RunE:        func(cmd *cobra.Command, args []string) error { return p.prove(cmd.Context(), o, args) },
	}
	cmd.Flags().StringSliceVar(&o.engines, "engines", nil, "two or more of "+strings.Join(p.config.engines.Names(), ", ")+" (default: all that support the lake)")
	cmd.Flags().BoolVar(&o.rows, "rows", false, "print the rows that differ, which may be personal data")
	return cmd
}

func (p *program) prove(ctx context.Context, flags proveFlags, names []string) (err error) {
	if inCatalog(p.config.lake) {
		return p.selected().BuildsLake(registry.Place{Root: p.config.lake})
	}
	p.config.engine = p.config.engines[0].Name // what engines support the lake is found out below
	o, err := p.openToBuild(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	sides, err := p.sides(ctx, o, flags.engines)
	if err != nil {
		return err
	}
	var proofs []run.Proof
	err = run.Prove(ctx, o.runner(p.config.demo), run.ProofOptions{
		Select: names, Engines: sides, Values: flags.rows, Temp: filepath.Join(o.temp, "proof"),
		Log: func(table, engine, line string) {
			tryWrite(p.stderr, fmt.Sprintf("%s on %s: %s\n", table, engine, printable.Text(line)))
		},
	}, func(proof run.Proof) {
		proofs = append(proofs, proof)
		if p.config.output == "text" {
			err = errors.Join(err, p.printProof(proof))
		}
	})
	if err != nil {
		return err
	}
	if p.config.output != "text" {
		if err := p.encode(proofs); err != nil {
			return err
		}
	}
	return verdictOf(proofs)
}

func verdictOf(proofs []run.Proof) error {
	var differ []string
	for _, proof := range proofs {
		if !proof.Equal {
			differ = append(differ, proof.Table)
		}
	}
	if len(differ) == 0 {
		return nil
	}
	return pipeline.Fail(pipeline.BadData, "", "--rows prints the rows that differ; the funnels of a run on each engine show at which stage.",
		"the engines build different rows of %s", strings.Join(differ, ", "))
}

// sides opens the engines to compare.
func (p *program) sides(ctx context.Context, o *opened, named []string) ([]pipeline.Engine, error) {
	o.env.RowsOnly = true
	var known, usual []string
	for _, e := range p.config.engines {
		if e.BuildsLake(o.env.Place) != nil {
			continue
		}
		known = append(known, e.Name)
		if !e.OnRequest {
			usual = append(usual, e.Name)
		}
	}
	if len(named) == 0 {
		named = usual
	}
	var sides []pipeline.Engine
	for _, name := range named {
		entry := p.config.engines.Find(name)
		if entry == nil {
			return nil, p.unknownEngine(name)
		}
		if !slices.Contains(known, name) {
			return nil, pipeline.Fail(pipeline.BadUsage, "", "Deploy the lake with `stedi deploy`.", "this lake is not deployed to the engine %s", name)
		}
		if slices.ContainsFunc(sides, func(e pipeline.Engine) bool { return e.Name() == name }) {
			return nil, pipeline.Fail(pipeline.BadUsage, "", "Name each engine once.", "the engine %s is named twice", name)
		}
		engine, err := entry.Open(ctx, o.env)
		if err != nil {
			return nil, err
		}
		sides = append(sides, engine)
	}
	if len(sides) < 2 {
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Deploy a lake in S3 with `stedi deploy`, or name other engines with --engines.", "nothing to compare: only the engine %s has this lake", strings.Join(named, ", "))
	}
	return sides, nil
}

func (p *program) printProof(proof run.Proof) error {
	word := "same rows"
	if !proof.Equal {
		word = "DIFFERENT ROWS"
	}
	if _, err := fmt.Fprintf(p.out, "%s: %s\n", proof.Table, word); err != nil {
		return err
	}
	rows := [][]string{}
	for _, e := range proof.Engines {
		difference := ""
		if e.Missing+e.Surplus > 0 {
			difference = fmt.Sprintf("%s missing, %s surplus", thousands(e.Missing), thousands(e.Surplus))
		}
		rows = append(rows, []string{"  " + e.Engine, thousands(e.Rows), e.Hash, fmt.Sprintf("%.1f s", e.Seconds), fmt.Sprintf("$%.4f", e.CostUSD), difference})
	}
	if err := printTable(p.out, rows, 1, 3, 4); err != nil {
		return err
	}
	for _, e := range proof.Engines {
		for _, row := range e.First {
			text := fmt.Sprintf("  only on %s: %s, line %d", row.Engine, row.File, row.Line)
			if row.Values != nil {
				text += ": " + printable.Text(fmt.Sprint(row.Values...))
			}
			if _, err := fmt.Fprintln(p.out, text); err != nil {
				return err
			}
		}
	}
	return nil
}
