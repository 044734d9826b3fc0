package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/printable"
	"stedi/pipeline/stedi"
)

func (p *program) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init DIR",
		Short: "Write the definition of the STEDI lake to start from",
		Long: "Write the built-in definition as files: the SQL of every table, its profiles, checks and\n" +
			"tests. Change them as you like; --definition DIR uses them.",
		Example: "stedi init ./mylake\nstedi --batch --demo --definition ./mylake",
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE:    func(_ *cobra.Command, args []string) error { return p.writeDefinition(args[0]) },
	}
}

func (p *program) writeDefinition(folder string) error {
	entries, err := os.ReadDir(folder)
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		return pipeline.Fail(pipeline.BadUsage, "", "Name a folder that is new or empty.", "%s is not a directory", folder)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("definition: %w", err)
	case len(entries) > 0:
		return pipeline.Fail(pipeline.BadUsage, "", "Name a folder that is new or empty.", "%s already holds files", folder)
	}
	if err := os.CopyFS(folder, stedi.Definition); err != nil {
		return errors.Join(notCreated(fmt.Errorf("definition: %w", err)), takeBack(folder))
	}
	next := "stedi --batch --demo --definition " + pipeline.ShellWord(folder)
	if p.config.output != "text" {
		return json.NewEncoder(p.stdout).Encode(map[string]string{"definition": folder, "next": next})
	}
	_, err = fmt.Fprintf(p.out, "The definition is in %s: landing/ and transforms/ define the tables, profiles/ vary them,\nchecks/ and tests/ verify them.\n\nNext: %s\n", printable.Text(folder), printable.Text(next))
	return err
}

// notCreated adds the fix to an error if this user may not create a folder.
func notCreated(err error) error {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return pipeline.Fail(pipeline.Denied, "", "Name a folder that can be written.", "%w", err)
	}
	return err
}

// takeBack removes a partly written definition, so that init can be run again.
func takeBack(folder string) error {
	entries, err := fs.ReadDir(stedi.Definition, ".")
	for _, e := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(folder, e.Name())))
	}
	return err
}
