package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/sample"
)

// manifestFile describes a sample; it is next to the data.
const manifestFile = "sample.json"

func (p *program) sampleCommand() *cobra.Command {
	var options sample.Options
	var dirty []string
	cmd := &cobra.Command{
		Use:   "sample DIR",
		Short: "Write sample landing data",
		Long: "Write landing data of invented people. The same scale and seed give the same bytes, and the count of\n" +
			"every table is known in advance: scale n gives n times the counts of the STEDI data set.\n\n" +
			"--dirty=rows adds duplicates, null and empty keys, strangers' rows, consent 0 and e-mails with several\n" +
			"serial numbers; --dirty=files puts the rows into files of odd forms; --rejects adds lines that cannot be\n" +
			"read. What was written, and the expected counts, are in DIR/" + manifestFile + ".",
		Example: "stedi sample ./clean\nstedi sample ./large --scale 2 --seed 7\nstedi sample ./dirty --dirty=rows,files --rejects 5",
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.sample(cmd.Context(), args[0], options)
		},
	}
	cmd.Flags().IntVar(&options.Scale, "scale", 1, fmt.Sprintf("multiple of the counts of the data set, 1 to %d", sample.MaxScale))
	cmd.Flags().Uint64Var(&options.Seed, "seed", demoSeed, "seed of the people, times and values")
	cmd.Flags().StringSliceVar(&dirty, "dirty", nil, "what to make dirty: rows, files or both")
	cmd.Flags().IntVar(&options.Rejects, "rejects", 0, "number of lines that cannot be read")
	cmd.PreRunE = func(*cobra.Command, []string) error {
		for _, what := range dirty {
			switch what {
			case "rows":
				options.DirtyRows = true
			case "files":
				options.DirtyFiles = true
			default:
				return pipeline.Fail(pipeline.BadUsage, "", "", "--dirty %s: want rows, files or rows,files", what)
			}
		}
		if options.Scale < 1 || options.Scale > sample.MaxScale {
			return pipeline.Fail(pipeline.BadUsage, "", "", "--scale %d: must be from 1 to %d", options.Scale, sample.MaxScale)
		}
		if options.Rejects < 0 || options.Rejects > sample.MaxRejects {
			return pipeline.Fail(pipeline.BadUsage, "", "", "--rejects %d: must be from 0 to %d", options.Rejects, sample.MaxRejects)
		}
		return nil
	}
	return cmd
}

func (p *program) sample(ctx context.Context, folder string, options sample.Options) error {
	manifest, err := sample.Write(ctx, folder, options)
	if errors.Is(err, sample.ErrOccupied) {
		return &pipeline.Failure{Kind: pipeline.BadUsage, Err: err}
	}
	if err != nil {
		return notCreated(err)
	}
	text, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return fmt.Errorf("describing the sample: %w", err)
	}
	if err := os.WriteFile(filepath.Join(folder, manifestFile), append(text, '\n'), 0o644); err != nil { // the data is invented, so all users may read it
		return fmt.Errorf("describing the sample: %w", err)
	}
	return p.printSample(folder, manifest)
}

func (p *program) printSample(folder string, manifest sample.Manifest) error {
	if p.config.output != "text" {
		return json.NewEncoder(p.stdout).Encode(manifest)
	}
	rows := [][]string{{"TABLE", "ROWS", "FILES", "BYTES"}}
	for _, t := range manifest.Tables {
		rows = append(rows, []string{t.Name, thousands(t.Rows), fmt.Sprint(t.Files), thousands(t.Bytes)})
	}
	if err := printTable(p.out, rows, 1, 2, 3); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.out, "\nNext: stedi --batch --lake %s\n", folder)
	return err
}
