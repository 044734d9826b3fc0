package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stedi/pipeline"
	"stedi/pipeline/sample"
)

// knownCommand rejects an unknown command, and suggests the nearest one.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	fix := "See " + cmd.CommandPath() + " --help."
	if near := pipeline.Nearest(args[0], names); near != "" {
		fix = "Did you mean " + cmd.CommandPath() + " " + near + "? " + fix
	}
	return pipeline.Fail(pipeline.BadUsage, "", fix, "unknown command %q", args[0])
}

// flagError suggests the nearest flag for an unknown one.
func flagError(cmd *cobra.Command, err error) error {
	fix := "See " + cmd.CommandPath() + " --help."
	if missing, ok := errors.AsType[*pflag.NotExistError](err); ok && missing.GetSpecifiedShortnames() == "" {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := pipeline.Nearest(missing.GetSpecifiedName(), names); near != "" {
			fix = "Did you mean --" + near + "? " + fix
		}
	}
	return &pipeline.Failure{Kind: pipeline.BadUsage, Err: plainValue(err), Fix: fix}
}

// plainValue describes the expected value for an invalid number.
func plainValue(err error) error {
	invalid, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok {
		return err
	}
	want := wanted(invalid.GetFlag())
	if want == "" {
		return err
	}
	return fmt.Errorf("--%s %q: want %s", invalid.GetFlag().Name, invalid.GetValue(), want)
}

// wanted returns the expected value of a numeric flag, or "".
func wanted(f *pflag.Flag) string {
	switch {
	case f.Name == "scale":
		return fmt.Sprintf("a whole number from 1 to %d; 1 gives the counts of the data set and is the smallest", sample.MaxScale)
	case f.Value.Type() == "int":
		return "a whole number"
	case f.Value.Type() == "uint64":
		return "a whole number of 0 or more"
	default:
		return ""
	}
}
