package main

import (
	"bufio"
	"strings"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/printable"
)

// askForCodes lets a command ask for the code of an MFA device on a terminal.
// The screens own the terminal, so there the error names a command instead.
func (p *program) askForCodes(cmd *cobra.Command) {
	batch, err := cmd.Flags().GetBool("batch")
	if screens := !cmd.HasParent() && (err != nil || !batch); screens || !p.isTerminal(p.stdin) || !p.isTerminal(p.stderr) {
		return
	}
	p.config.account.AskForCodes(func(serial string) (string, error) {
		narrate(p.stderr, "Code of the MFA device "+printable.Text(serial)+": ")
		code, err := bufio.NewReader(p.stdin).ReadString('\n')
		if code = strings.TrimSpace(code); err != nil || code == "" {
			return "", pipeline.Fail(pipeline.Denied, "", "Run again and type the code that the device shows.", "no code of the MFA device %s was given", serial)
		}
		return code, nil
	})
}
