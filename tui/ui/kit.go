package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"
)

// The widths below which a screen shows one pane, or two.
const (
	Narrow = 80
	Medium = 120
)

// Overlay is drawn above the screen and receives all keys until it is closed.
type Overlay interface {
	Actions() []Action
	Draw(Pane)
}

// Kit holds what all parts of the screens share: colours, keys and size,
// background work, toasts, and intents for the root model. It belongs to the
// update loop.
type Kit struct {
	Theme  *Theme
	Keys   Bindings
	Work   *workers
	Toasts toasts
	Zone   *time.Location // time zone of the reader
	Width  int            // width of the terminal
	Height int

	Clipboard func(ctx context.Context, text string) (Copied, error) // nil if there is no clipboard
	copying   Task
	intents   []tea.Msg // still to be carried out
}

// Want requests an intent from the root model. It is carried out at the end of
// the same update, before the next key.
func (k *Kit) Want(intent tea.Msg) tea.Cmd {
	k.intents = append(k.intents, intent)
	return nil
}

// NextIntent removes and returns the oldest pending intent.
func (k *Kit) NextIntent() (intent tea.Msg, ok bool) {
	if len(k.intents) == 0 {
		return nil, false
	}
	intent, k.intents = k.intents[0], k.intents[1:]
	return intent, true
}

// Intents that every part of the screens can use.
type (
	// OpenOverlay shows an overlay above all others.
	OpenOverlay struct{ Overlay Overlay }
	// CloseOverlay closes the uppermost overlay. Then, if not nil, is called
	// afterwards.
	CloseOverlay struct{ Then func() tea.Cmd }
	// Ask opens a prompt with an initial text.
	Ask struct {
		Prompt *Prompt
		Text   string
	}
)

// Open shows an overlay above all others.
func (k *Kit) Open(o Overlay) tea.Cmd { return k.Want(OpenOverlay{o}) }

// Shut closes the uppermost overlay.
func (k *Kit) Shut() tea.Cmd { return k.Want(CloseOverlay{}) }

// Ask opens a prompt for a line of text.
func (k *Kit) Ask(p *Prompt, text string) tea.Cmd { return k.Want(Ask{p, text}) }

// Room returns the size of a screen, between header and footer.
func (k *Kit) Room() (width, height int) { return k.Width, BodyHeight(k.Height) }

// BodyHeight returns the lines of a screen between header and footer, without
// the line for toasts if there is room for one.
func BodyHeight(height int) int {
	if height >= 16 {
		return height - 3
	}
	return height - 2
}

// Reading returns the maximal width of the lines of a reader, which covers a
// narrow screen.
func (k *Kit) Reading() int {
	if k.Width <= Narrow {
		return max(10, k.Width-4)
	}
	return k.Width - 8
}

// Wrapped wraps lines at the width of the screen. It caches the result, because
// wrapping a long text is slow.
func (k *Kit) Wrapped(lines func() []StyledLine) func() []StyledLine {
	wide, done, broken := 0, []StyledLine(nil), k.broken(lines, Wrap)
	return func() []StyledLine {
		if room := k.Reading(); room != wide {
			wide, done = room, broken()
		}
		return done
	}
}

// Fitted wraps lines between words at the width of the screen without a cache,
// for lines that may change.
func (k *Kit) Fitted(lines func() []StyledLine) func() []StyledLine {
	return k.broken(lines, WrapHanging)
}

func (k *Kit) broken(lines func() []StyledLine, wrap func(StyledLine, int) []StyledLine) func() []StyledLine {
	return func() []StyledLine {
		var done []StyledLine
		for _, line := range lines() {
			done = append(done, wrap(line, k.Reading())...)
		}
		return done
	}
}

// CopiedMsg brings the result of a copy.
type CopiedMsg struct {
	what string
	how  Copied
	err  error
}

// CopyText copies a text in the background.
func (k *Kit) CopyText(what, text string) tea.Cmd {
	clipboard := k.Clipboard
	if clipboard == nil {
		return k.Toast(Warned, "not copied: there is no clipboard")
	}
	return k.Work.Start(&k.copying, func(ctx context.Context) tea.Msg {
		how, err := clipboard(ctx, text)
		return CopiedMsg{what, how, err}
	})
}

// Copied shows where the text was copied to. A terminal does not confirm a
// copy.
func (k *Kit) Copied(msg CopiedMsg) tea.Cmd {
	switch {
	case msg.err != nil:
		return k.Toast(Failed, msg.what+" was not copied: "+msg.err.Error())
	case msg.how.Send != "":
		return tea.Batch(tea.Raw(msg.how.Send), k.Toast(Told, "sent "+msg.what+" to "+msg.how.To))
	default:
		return k.Toast(Done, "copied "+msg.what+" with "+msg.how.With)
	}
}

// Copied describes how a text was copied.
type Copied struct {
	With string // display names of the tools that accepted it
	Send string // if there are none: the sequence that asks the terminal to copy it
	To   string // display name of the receiver of that sequence
}
