package main

import (
	"errors"
	"os"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"stedi/pipeline/printable"
)

// The screens change how the terminal works. A crash of the engine, or a
// signal that cannot be caught, ends the process before it can change that
// back. So a second process waits for the end of the first, and restores the
// terminal if the first has not.

// restorerArgument is what the program is called with to become the second
// process. Its stdin and stdout are the terminal.
const restorerArgument = "restore-terminal"

func isRestorer(args []string) bool { return len(args) == 1 && args[0] == restorerArgument }

// leaveScreens ends every mode that the screens set.
const leaveScreens = ansi.ResetModeSynchronizedOutput + ansi.ResetStyle +
	ansi.ResetModeMouseNormal + ansi.ResetModeMouseButtonEvent + ansi.ResetModeMouseAnyEvent + ansi.ResetModeMouseExtSgr +
	ansi.ResetModeFocusEvent + ansi.ResetModeBracketedPaste + ansi.ResetModifyOtherKeys + "\x1b[<u" + // kitty keys
	"\x1b]2;\a" + // title
	ansi.SetModeAutoWrap + ansi.ResetProgressBar + ansi.ResetModeAltScreenSaveCursor + ansi.SetModeTextCursorEnable

// crashNote says what happened. A trace is kept in a file: on the screens it is
// gone with them.
func crashNote(trace string) string {
	const next = "\r\n  No table was left half written; run again to continue."
	if trace == "" {
		return "\r\nstedi: the program was killed; the terminal is restored" + next + "\r\n"
	}
	head, _, _ := strings.Cut(trace, "\n")
	note := "\r\nstedi: the program crashed (" + printable.Text(head) + "); the terminal is restored" + next
	if file, err := os.CreateTemp("", "stedi-crash-*.txt"); err == nil {
		_, err = file.WriteString(trace)
		if errors.Join(err, file.Close()) == nil {
			note += "\r\n  Please report the file " + printable.Text(file.Name()) + ": it contains no row data."
		}
	}
	return note + "\r\n"
}

// endOfScreens is what the first process sends when all is well.
const endOfScreens = "restored\n"

// watchTerminal starts the second process. What it returns tells that process
// that the terminal was restored, and waits for its end. Without a second
// process the screens work all the same.
func (p *program) watchTerminal() (restored func()) {
	terminal, ok := p.stdin.(*os.File)
	if !ok {
		return func() {}
	}
	self, err := p.self()
	if err != nil {
		return func() {}
	}
	restored, err = startRestorer(self, terminal)
	if err != nil {
		return func() {}
	}
	return restored
}
