package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"stedi/pipeline"
)

// config is what all commands share. Each flag is also read from the
// environment as STEDI_NAME; the flag wins.
type config struct {
	lake       string
	demo       bool
	engine     string
	profile    []string
	definition string
	output     string
	memory     string
	threads    int
}

func (c *config) add(flags *pflag.FlagSet) {
	flags.StringVar(&c.lake, "lake", ".", "the lake's folder")
	flags.BoolVar(&c.demo, "demo", false, "work on a sample lake that is removed at the end")
	flags.StringVar(&c.engine, "engine", "duckdb", "what runs the transforms: duckdb")
	flags.StringSliceVar(&c.profile, "profile", nil, "overlays of the definition, such as strict,per_customer")
	flags.StringVar(&c.definition, "definition", "", "folder of the lake's definition (default: STEDI's, built in)")
	flags.StringVar(&c.output, "output", "text", "text, json or ndjson")
	flags.StringVar(&c.memory, "memory", "", "memory for the engine, such as 512MB (default: 80% of the machine's)")
	flags.IntVar(&c.threads, "threads", 0, "threads for the engine (default: one a core)")
}

// fromEnvironment fills in what the command line leaves open.
func (c *config) fromEnvironment(flags *pflag.FlagSet, env func(string) (string, bool)) error {
	var err error
	flags.VisitAll(func(f *pflag.Flag) {
		name := "STEDI_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := env(name)
		if !ok || value == "" || f.Changed || err != nil {
			return
		}
		if e := flags.Set(f.Name, value); e != nil {
			err = usage(fmt.Errorf("%s: %w", name, e))
		}
	})
	if err != nil {
		return err
	}
	return c.check()
}

func (c *config) check() error {
	if c.engine != "duckdb" {
		return pipeline.Fail(pipeline.BadUsage, "", "Engines: duckdb.", "there is no engine %q", c.engine)
	}
	if outputs := []string{"text", "json", "ndjson"}; !slices.Contains(outputs, c.output) {
		return pipeline.Fail(pipeline.BadUsage, "", "Outputs: "+strings.Join(outputs, ", ")+".", "there is no output %q", c.output)
	}
	if c.threads < 0 {
		return pipeline.Fail(pipeline.BadUsage, "", "", "--threads %d: want a number from 0", c.threads)
	}
	return nil
}

// runFlags are those of the commands that make tables.
type runFlags struct {
	force      bool
	replace    bool
	allowEmpty bool
	maxRejects limitFlag
}

func (o *runFlags) add(flags *pflag.FlagSet) {
	flags.BoolVar(&o.force, "force", false, "run what is up to date, too")
	flags.BoolVar(&o.replace, "replace", false, "move aside what others left in the zones")
	flags.BoolVar(&o.allowEmpty, "allow-empty", false, "accept a landing table without a row")
	flags.Var(&o.maxRejects, "max-rejects", "lines of a landing table that may be rejected: a number, or a share such as 0.1%")
}

// limitFlag is N or N%.
type limitFlag struct{ pipeline.Limit }

func (l *limitFlag) Type() string { return "N|N%" }

func (l *limitFlag) Set(text string) error {
	if share, ok := strings.CutSuffix(text, "%"); ok {
		percent, err := strconv.ParseFloat(share, 64)
		if err != nil || !(percent >= 0 && percent <= 100) {
			return fmt.Errorf("%q: want a share from 0%% to 100%%", text)
		}
		l.Limit = pipeline.Limit{Percent: percent}
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("%q: want a number from 0, or a share such as 0.1%%", text)
	}
	l.Limit = pipeline.Limit{Count: n}
	return nil
}
