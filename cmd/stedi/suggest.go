package main

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stedi/pipeline"
)

// knownCommand refuses a word that is no command, and says which may be meant.
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
	return pipeline.Fail(pipeline.BadUsage, "", fix, "there is no command %q", args[0])
}

// flagError says which flag may be meant by one that does not exist.
func flagError(cmd *cobra.Command, err error) error {
	fix := "See " + cmd.CommandPath() + " --help."
	if missing, ok := errors.AsType[*pflag.NotExistError](err); ok && missing.GetSpecifiedShortnames() == "" {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := pipeline.Nearest(missing.GetSpecifiedName(), names); near != "" {
			fix = "Did you mean --" + near + "? " + fix
		}
	}
	return &pipeline.Failure{Kind: pipeline.BadUsage, Err: err, Fix: fix}
}
