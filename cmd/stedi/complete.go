package main

import (
	"strings"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/definition"
	"stedi/pipeline/state"
)

// A completer returns the possible words for an argument. It takes no lock,
// starts no engine and reports no errors, because shells call it at a key
// press.
type completer = func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective)

// finishRoot sets up everything that depends on all commands.
func (p *program) finishRoot(root *cobra.Command) {
	root.SetOut(p.withoutColor(p.stdout))
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	config := p.configCommand()
	root.AddCommand(config)
	shareWith(config, shared(root))
	for _, cmd := range commands(root) {
		if example, ok := borrowedExamples[cmd.CommandPath()]; ok && cmd.Example == "" {
			cmd.Example = example
		}
		refuseUnknown(cmd)
		helpOutputs(root, cmd)
		p.completeArguments(cmd)
		p.completeFlags(cmd)
	}
}

// refuseUnknown makes cobra's built-in commands refuse an unknown command, for
// which they would show the help and exit with 0.
func refuseUnknown(cmd *cobra.Command) {
	switch {
	case cmd.HasSubCommands() && !cmd.Runnable():
		cmd.Args = knownCommand
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	case cmd.CommandPath() == "stedi help":
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) == 0 || !found.HasSubCommands() {
				return err
			}
			return knownCommand(found, rest)
		}
	}
}

// borrowedExamples are the examples of cobra's built-in commands.
var borrowedExamples = map[string]string{
	"stedi help":                  "stedi help run",
	"stedi completion":            "stedi completion bash > stedi.bash",
	"stedi completion bash":       "stedi completion bash > stedi.bash",
	"stedi completion zsh":        "stedi completion zsh > _stedi",
	"stedi completion fish":       "stedi completion fish > stedi.fish",
	"stedi completion powershell": "stedi completion powershell > stedi.ps1",
}

// completeArguments selects a command's completer by its usage line.
func (p *program) completeArguments(cmd *cobra.Command) {
	_, arguments, _ := strings.Cut(cmd.Use, " ")
	var complete completer
	switch {
	case cmd.ValidArgsFunction != nil || len(cmd.ValidArgs) > 0:
		return
	case strings.HasPrefix(arguments, "[TABLE…]") && (cmd.Name() == "run" || cmd.Name() == "plan"):
		complete = p.completeSelection
	case strings.Contains(arguments, "TABLE…"):
		complete = p.completeTables
	case strings.Contains(arguments, "TABLE"):
		complete = once(p.completeTables)
	case strings.Contains(arguments, "ID") || strings.Contains(arguments, "RUN"):
		complete = once(p.completeRuns)
	case strings.Contains(arguments, "DIR"):
		complete = once(folders)
	case arguments == "":
		complete = nothing
	default:
		return
	}
	cmd.ValidArgsFunction = complete
}

// completeFlags has flags by name, for all commands.
func (p *program) completeFlags(cmd *cobra.Command) {
	completers := map[string]completer{
		"lake": folders, "definition": folders, "profile": p.completeProfiles,
		"engine": words(p.config.engines.Names()), "output": completeOutputs, "color": words(colorModes), "log-level": words(logLevels),
	}
	for name, complete := range completers {
		flag := cmd.PersistentFlags().Lookup(name)
		if flag == nil {
			flag = cmd.LocalNonPersistentFlags().Lookup(name)
		}
		if _, taken := cmd.GetFlagCompletionFunc(name); flag == nil || taken {
			continue
		}
		if err := cmd.RegisterFlagCompletionFunc(name, complete); err != nil {
			panic(err) // unreachable: the flag exists and has no completer
		}
	}
}

// completeSelection knows what Lake.Select takes. The forms with a plus come
// once one has been started.
func (p *program) completeSelection(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	names := definition.NamesOf(p.definition())
	var found []string
	for _, table := range names.Tables {
		for _, form := range []string{table, "+" + table, table + "+"} {
			if strings.HasPrefix(form, begun) && (begun != "" || form == table) {
				found = append(found, form)
			}
		}
	}
	for _, zone := range names.Zones {
		if zone != pipeline.Landing && strings.HasPrefix("zone:"+zone, begun) {
			found = append(found, "zone:"+zone)
		}
	}
	return without(found, args), cobra.ShellCompDirectiveNoFileComp
}

func (p *program) completeTables(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	var found []string
	for _, table := range definition.NamesOf(p.definition()).Tables {
		if strings.HasPrefix(table, begun) {
			found = append(found, table)
		}
	}
	return without(found, args), cobra.ShellCompDirectiveNoFileComp
}

// completeProfiles completes the last name of a comma-separated list.
func (p *program) completeProfiles(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	before, last := "", begun
	if i := strings.LastIndexByte(begun, ','); i >= 0 {
		before, last = begun[:i+1], begun[i+1:]
	}
	var found []string
	for _, profile := range without(definition.Profiles(p.definition()), strings.Split(before, ",")) {
		if strings.HasPrefix(profile, last) {
			found = append(found, before+profile)
		}
	}
	return found, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

func (p *program) completeRuns(cmd *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	store, _, err := p.openStore(cmd.Context(), p.config.lake)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ids, err := state.Runs(cmd.Context(), store)
	if err != nil || len(ids) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var found []string
	for _, id := range append([]string{"last"}, ids...) {
		if strings.HasPrefix(id, begun) {
			found = append(found, id)
		}
	}
	return found, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// completeOutputs completes --output, including commands with their own
// outputs.
func completeOutputs(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	if own, ok := cmd.Annotations[outputsAnnotation]; ok {
		return strings.Fields(own), cobra.ShellCompDirectiveNoFileComp
	}
	return outputs, cobra.ShellCompDirectiveNoFileComp
}

func words(list []string) completer {
	return cobra.FixedCompletions(list, cobra.ShellCompDirectiveNoFileComp)
}

func folders(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

func nothing(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// once completes only the first argument.
func once(complete completer) completer {
	return func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return complete(cmd, args, begun)
	}
}

// without removes the words that were already given.
func without(list, said []string) []string {
	var left []string
	for _, word := range list {
		known := false
		for _, s := range said {
			known = known || s == word
		}
		if !known {
			left = append(left, word)
		}
	}
	return left
}
