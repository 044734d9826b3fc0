package main

import (
	"encoding/json"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stedi/pipeline/printable"
)

// setting is one line of the output of `stedi config`.
type setting struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Origin string `json:"origin"`
}

func (p *program) configCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "config",
		Short: "Show every setting, its value and its source",
		Long: "Show every setting, its value and its source: a flag, then the environment (STEDI_NAME), then\n" +
			"stedi.toml in this folder or the nearest one above it, up to the repository's root or the home folder,\n" +
			"then stedi/stedi.toml in $XDG_CONFIG_HOME (or ~/.config), then the default. A path in a file is\n" +
			"relative to that file.",
		Example: "stedi config\nstedi config --profile strict --output json",
		Args:    usageArgs(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.printSettings(shared(cmd.Root())) },
	}
}

// shareWith adds all shared flags to a command, so that it can show them.
func shareWith(cmd *cobra.Command, flags []*pflag.Flag) {
	for _, f := range flags {
		if cmd.InheritedFlags().Lookup(f.Name) == nil && cmd.Flags().Lookup(f.Name) == nil {
			cmd.Flags().AddFlag(f)
		}
	}
}

func (p *program) printSettings(flags []*pflag.Flag) error {
	settings := []setting{}
	for _, f := range flags {
		s := setting{Name: f.Name, Value: valueOf(f), Origin: p.config.origins[f.Name]}
		if s.Origin == "" {
			s.Origin = "default"
		}
		settings = append(settings, s)
	}
	encoder := json.NewEncoder(p.stdout)
	switch p.config.output {
	case "text":
		rows := [][]string{{"SETTING", "VALUE", "ORIGIN"}}
		for _, s := range settings {
			rows = append(rows, []string{s.Name, printable.Text(s.Value), printable.Text(s.Origin)})
		}
		return printTable(p.out, rows)
	case "ndjson":
		for _, s := range settings {
			if err := encoder.Encode(s); err != nil {
				return err
			}
		}
		return nil
	default:
		encoder.SetIndent("", "  ")
		return encoder.Encode(settings)
	}
}

func valueOf(f *pflag.Flag) string {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return strings.Join(list.GetSlice(), ",")
	}
	return f.Value.String()
}
