package main

import (
	"bufio"
	"context"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/printable"
)

// askForCodes lets a command ask for the code of an MFA device on a terminal. The
// screens own the terminal, so they ask before they open (signIn), and by themselves
// afterwards.
func (p *program) askForCodes(cmd *cobra.Command) {
	batch, err := cmd.Flags().GetBool("batch")
	if screens := !cmd.HasParent() && (err != nil || !batch); screens || !p.isTerminal(p.stdin) || !p.isTerminal(p.stderr) {
		return
	}
	p.config.account.AskForCodes(p.code)
}

// code asks for a code of an MFA device.
func (p *program) code(serial string) (string, error) {
	tryWrite(p.stderr, "Code of the MFA device "+printable.Text(serial)+": ")
	code, err := bufio.NewReader(p.stdin).ReadString('\n')
	if code = strings.TrimSpace(code); err != nil || code == "" {
		return "", pipeline.Fail(pipeline.Denied, "", "Run again and type the code that the device shows.", "no code of the MFA device %s was given", serial)
	}
	return code, nil
}

// signIn asks for the code of an MFA device before the screens of a lake on AWS
// open, if its profile needs one.
func (p *program) signIn(ctx context.Context) error {
	if !isURL(p.config.lake) || !p.config.account.NeedsCode(ctx) {
		return nil
	}
	return p.config.account.SignIn(ctx, p.code, p.codeOnScreens)
}

// codeOnScreens asks for a code while the screens are open, because the session of
// the device has ended.
func (p *program) codeOnScreens(serial string) (string, error) {
	code, given := p.questions.Ask("Session ended. MFA code of " + printable.Text(path.Base(serial)) + ":") // the serial number of a device has no slash
	if code = strings.TrimSpace(code); !given || code == "" {
		return "", pipeline.Fail(pipeline.Denied, "", "Refresh the screen (ctrl+l) and type the code that the device shows.", "the session has ended, and a new one needs a code of the MFA device %s", serial)
	}
	return code, nil
}
