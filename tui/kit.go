package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"
)

// kit is what every part of the screen works with: its colours, keys and size,
// background work, news, and the way to ask the root model for something. It
// belongs to the update loop.
type kit struct {
	theme  *theme
	keys   bindings
	work   *workers
	toasts toasts
	zone   *time.Location // of the reader
	width  int            // of the terminal
	height int

	clipboard func(ctx context.Context, text string) (Copied, error) // nil: there is none
	copying   task
	intents   []tea.Msg // not carried out yet
}

// want asks the root model to carry out an intent. That happens at the end of
// the same update, so before the next key.
func (k *kit) want(intent tea.Msg) tea.Cmd {
	k.intents = append(k.intents, intent)
	return nil
}

// nextIntent takes the oldest intent that is not carried out yet.
func (k *kit) nextIntent() (intent tea.Msg, ok bool) {
	if len(k.intents) == 0 {
		return nil, false
	}
	intent, k.intents = k.intents[0], k.intents[1:]
	return intent, true
}

// Intents that any part of the screen may have.
type (
	openOverlay struct{ overlay overlay }
	// closeOverlay closes the uppermost overlay; then, if not nil, is called
	// when it is closed.
	closeOverlay struct{ then func() tea.Cmd }
	// ask opens a prompt with a text to begin with.
	ask struct {
		prompt *prompt
		text   string
	}
)

// open shows an overlay above all others.
func (k *kit) open(o overlay) tea.Cmd { return k.want(openOverlay{o}) }

// shut closes the uppermost overlay.
func (k *kit) shut() tea.Cmd { return k.want(closeOverlay{}) }

// ask asks for a line of text.
func (k *kit) ask(p *prompt, text string) tea.Cmd { return k.want(ask{p, text}) }

// room is how large a screen is, between header and footer.
func (k *kit) room() (width, height int) { return k.width, bodyHeight(k.height) }

// bodyHeight is how many lines a screen has between header and footer, and
// above the line for news where there is room for one.
func bodyHeight(height int) int {
	if height >= 16 {
		return height - 3
	}
	return height - 2
}

// reading is how wide the lines of a reader may be.
func (k *kit) reading() int { return max(10, k.width-8) }

// wrapped breaks lines at the width of the screen. It remembers them: to break
// a long text takes a while.
func (k *kit) wrapped(lines func() []styledLine) func() []styledLine {
	wide, done, broken := 0, []styledLine(nil), k.fitted(lines)
	return func() []styledLine {
		if room := k.reading(); room != wide {
			wide, done = room, broken()
		}
		return done
	}
}

// fitted breaks lines that may change at the width of the screen.
func (k *kit) fitted(lines func() []styledLine) func() []styledLine {
	return func() []styledLine {
		var done []styledLine
		for _, line := range lines() {
			done = append(done, wrap(line, k.reading())...)
		}
		return done
	}
}

// copiedMsg says what came of a copy.
type copiedMsg struct {
	what string
	how  Copied
	err  error
}

// copyText copies a text in the background.
func (k *kit) copyText(what, text string) tea.Cmd {
	clipboard := k.clipboard
	if clipboard == nil {
		return k.toast(warned, "not copied: there is no clipboard")
	}
	return k.work.start(&k.copying, func(ctx context.Context) tea.Msg {
		how, err := clipboard(ctx, text)
		return copiedMsg{what, how, err}
	})
}

// copied reports where the text was copied to. A terminal does not confirm that
// it took a text.
func (k *kit) copied(msg copiedMsg) tea.Cmd {
	switch {
	case msg.err != nil:
		return k.toast(failed, msg.what+" was not copied: "+msg.err.Error())
	case msg.how.Send != "":
		return tea.Batch(tea.Raw(msg.how.Send), k.toast(told, "sent "+msg.what+" to "+msg.how.To))
	default:
		return k.toast(done, "copied "+msg.what+" with "+msg.how.With)
	}
}
