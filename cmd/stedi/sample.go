package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/sample"
)

func (p *program) sampleCommand() *cobra.Command {
	var options sample.Options
	cmd := &cobra.Command{
		Use:     "sample DIR",
		Short:   "Write sample landing data",
		Long:    "Write landing data of invented people. The same scale and seed give the same bytes, and the count of\nevery table is known beforehand: scale n gives n times the counts of the STEDI data set.",
		Example: "stedi sample ./lake\nstedi sample ./large --scale 10 --seed 7",
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			manifest, err := sample.Write(cmd.Context(), args[0], options)
			if errors.Is(err, sample.ErrOccupied) {
				return usage(err)
			}
			if err != nil {
				return err
			}
			return p.printSample(args[0], manifest)
		},
	}
	cmd.Flags().IntVar(&options.Scale, "scale", 1, fmt.Sprintf("how many times the counts of the data set, 1 to %d", sample.MaxScale))
	cmd.Flags().Uint64Var(&options.Seed, "seed", demoSeed, "another seed gives other people, times and values")
	cmd.PreRunE = func(*cobra.Command, []string) error {
		if options.Scale < 1 || options.Scale > sample.MaxScale {
			return pipeline.Fail(pipeline.BadUsage, "", "", "--scale %d: want 1 to %d", options.Scale, sample.MaxScale)
		}
		return nil
	}
	return cmd
}

func (p *program) printSample(folder string, manifest sample.Manifest) error {
	if p.config.output != "text" {
		return json.NewEncoder(p.stdout).Encode(manifest)
	}
	rows := [][]string{{"TABLE", "ROWS", "FILES", "BYTES"}}
	for _, t := range manifest.Tables {
		rows = append(rows, []string{t.Name, thousands(t.Rows), fmt.Sprint(t.Files), thousands(t.Bytes)})
	}
	if err := printTable(p.stdout, rows, 1, 2, 3); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.stdout, "\nNext: stedi --batch --lake %s\n", folder)
	return err
}
