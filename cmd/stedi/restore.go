package main

import (
	"errors"
	"os"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"stedi/pipeline/printable"
)

// The screens change the mode of the terminal. A crash of the engine, or a
// signal that cannot be caught, ends the process before it can restore that
// mode. So a second process waits for the end of the first, and restores the
// terminal if the first has not.

// restorerArgument is the argument that starts the second process. Its stdin
// and stdout are the terminal.
const restorerArgument = "restore-terminal"

func isRestorer(args []string) bool { return len(args) == 1 && args[0] == restorerArgument }

// leaveScreens ends every mode that the screens set.
const leaveScreens = ansi.ResetModeSynchronizedOutput + ansi.ResetStyle +
	ansi.ResetModeMouseNormal + ansi.ResetModeMouseButtonEvent + ansi.ResetModeMouseAnyEvent + ansi.ResetModeMouseExtSgr +
	ansi.ResetModeFocusEvent + ansi.ResetModeBracketedPaste + ansi.ResetModifyOtherKeys + "\x1b[<u" + // kitty keyboard protocol
	"\x1b]2;\a" + // title
	ansi.SetModeAutoWrap + ansi.ResetProgressBar + ansi.ResetModeAltScreenSaveCursor + ansi.SetModeTextCursorEnable

// crashNote returns the message after a crash. It saves the trace in a file,
// because the trace on the screens is lost with them.
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

// endOfScreens is the message of the first process after a regular end.
const endOfScreens = "restored\n"

// watchTerminal starts the second process. The returned function reports to
// that process that the terminal was restored, and waits for its end. If the
// second process cannot start, the screens work without it.
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
