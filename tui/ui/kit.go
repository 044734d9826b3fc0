package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"
)

// narrow and medium are the widths below which a screen shows one pane, or
// two.
const (
	Narrow = 80
	Medium = 120
)

// Overlay lies above the screen and has all keys until it is closed.
type Overlay interface {
	Actions() []Action
	Draw(Pane)
}

// Kit is what every part of the screen works with: its colours, keys and size,
// background work, news, and the way to ask the root model for something. It
// belongs to the update loop.
type Kit struct {
	Theme  *Theme
	Keys   Bindings
	Work   *workers
	Toasts toasts
	Zone   *time.Location // of the reader
	Width  int            // of the terminal
	Height int

	Clipboard func(ctx context.Context, text string) (Copied, error) // nil: there is none
	copying   Task
	intents   []tea.Msg // not carried out yet
}

// Want asks the root model to carry out an intent. That happens at the end of
// the same update, so before the next key.
func (k *Kit) Want(intent tea.Msg) tea.Cmd {
	k.intents = append(k.intents, intent)
	return nil
}

// NextIntent takes the oldest intent that is not carried out yet.
func (k *Kit) NextIntent() (intent tea.Msg, ok bool) {
	if len(k.intents) == 0 {
		return nil, false
	}
	intent, k.intents = k.intents[0], k.intents[1:]
	return intent, true
}

// Intents that any part of the screen may have.
type (
	// OpenOverlay shows an overlay above all others.
	OpenOverlay struct{ Overlay Overlay }
	// CloseOverlay closes the uppermost overlay; then, if not nil, is called
	// when it is closed.
	CloseOverlay struct{ Then func() tea.Cmd }
	// Ask opens a prompt with a text to begin with.
	Ask struct {
		Prompt *Prompt
		Text   string
	}
)

// Open shows an overlay above all others.
func (k *Kit) Open(o Overlay) tea.Cmd { return k.Want(OpenOverlay{o}) }

// Shut closes the uppermost overlay.
func (k *Kit) Shut() tea.Cmd { return k.Want(CloseOverlay{}) }

// Ask asks for a line of text.
func (k *Kit) Ask(p *Prompt, text string) tea.Cmd { return k.Want(Ask{p, text}) }

// Room is how large a screen is, between header and footer.
func (k *Kit) Room() (width, height int) { return k.Width, BodyHeight(k.Height) }

// BodyHeight is how many lines a screen has between header and footer, and
// above the line for news where there is room for one.
func BodyHeight(height int) int {
	if height >= 16 {
		return height - 3
	}
	return height - 2
}

// Reading is how wide the lines of a reader may be.
func (k *Kit) Reading() int { return max(10, k.Width-8) }

// Wrapped breaks lines at the width of the screen. It remembers them: to break
// a long text takes a while.
func (k *Kit) Wrapped(lines func() []StyledLine) func() []StyledLine {
	wide, done, broken := 0, []StyledLine(nil), k.Fitted(lines)
	return func() []StyledLine {
		if room := k.Reading(); room != wide {
			wide, done = room, broken()
		}
		return done
	}
}

// Fitted breaks lines that may change at the width of the screen.
func (k *Kit) Fitted(lines func() []StyledLine) func() []StyledLine {
	return func() []StyledLine {
		var done []StyledLine
		for _, line := range lines() {
			done = append(done, Wrap(line, k.Reading())...)
		}
		return done
	}
}

// CopiedMsg says what came of a copy.
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

// Copied reports where the text was copied to. A terminal does not confirm that
// it took a text.
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

// Copied says how a text was copied.
type Copied struct {
	With string // the tools that have taken it, as people call them
	Send string // if none has: what asks the terminal to take it
	To   string // what that is sent to, as people call it
}
