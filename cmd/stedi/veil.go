package main

import (
	"os"

	"github.com/spf13/cobra"
)

// veil replaces os.Stdout with the null device. The library that prints help
// and errors asks the terminal on os.Stdout for its background colour first,
// even without colours. That writes control sequences to a terminal with plain
// text, discards typed input, and waits for seconds if the terminal does not
// respond. So os.Stdout is the terminal only for help in colours, and while a
// command runs.
type veil struct {
	stdout *os.File
	null   *os.File
}

// newVeil returns a veil that is not active. Without a null device it has no
// effect.
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
		_ = v.null.Close() // nothing was written to it
	}
}

// over activates the veil at each point where a command can end with an error.
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
