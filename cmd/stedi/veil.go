package main

import (
	"os"

	"github.com/spf13/cobra"
)

// A veil over os.Stdout: the library that draws help and errors asks the
// terminal there for its background before it draws either, colours or not.
// That writes to a terminal that wants plain text, takes what was typed
// ahead, and waits for seconds where no answer comes. So it sees the terminal
// only for help in colours, and a command only while it runs.
type veil struct {
	stdout *os.File
	null   *os.File
}

// newVeil covers nothing yet. Without a null device it never will.
func newVeil() *veil {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		null = os.Stdout
	}
	return &veil{stdout: os.Stdout, null: null}
}

func (v *veil) cover() { os.Stdout = v.null }
func (v *veil) lift()  { os.Stdout = v.stdout }

func (v *veil) close() {
	v.lift()
	if v.null != v.stdout {
		_ = v.null.Close() // nothing was written
	}
}

// over covers the terminal wherever a command can end with an error.
func (v *veil) over(root *cobra.Command) {
	flagError := root.FlagErrorFunc()
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		v.cover()
		return flagError(cmd, err)
	})
	prepare := root.PersistentPreRunE
	root.PersistentPreRunE = func(cmd *cobra.Command, args []string) error {
		v.cover()
		return prepare(cmd, args)
	}
	for _, cmd := range commands(root) {
		if arguments := cmd.Args; arguments != nil {
			cmd.Args = func(cmd *cobra.Command, args []string) error {
				err := arguments(cmd, args)
				if err != nil {
					v.cover()
				}
				return err
			}
		}
		if run := cmd.RunE; run != nil {
			cmd.RunE = func(cmd *cobra.Command, args []string) error {
				v.lift()
				defer v.cover()
				return run(cmd, args)
			}
		}
	}
}
