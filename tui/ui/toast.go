package ui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

// Mood is the severity of a message.
type Mood int

// The moods.
const (
	Told Mood = iota
	Done
	Warned
	Failed
)

// Look returns the sign and the colour of a mood.
func (m Mood) Look(t *Theme) (sign string, style uv.Style) {
	return [...]string{"ⓘ", "✓", "!", "✗"}[m], [...]uv.Style{t.Accent, t.Good, t.Warn, t.Bad}[m]
}

// toasts are short messages that disappear by themselves.
type toasts struct {
	List []toast
	last int
}

type toast struct {
	id   int
	mood Mood
	Text string
}

// ToastOverMsg ends a toast after its time.
type ToastOverMsg struct{ ID int }

const toastTime = 6 * time.Second

// Toast shows a message for a short time.
func (k *Kit) Toast(m Mood, text string) tea.Cmd {
	k.Toasts.last++
	id := k.Toasts.last
	k.Toasts.List = slices.DeleteFunc(k.Toasts.List, func(t toast) bool { return t.Text == text })
	k.Toasts.List = append(k.Toasts.List, toast{id, m, text})
	return tea.Tick(toastTime, func(time.Time) tea.Msg { return ToastOverMsg{id} })
}

func (t *toasts) Drop(id int) {
	for i := range t.List {
		if t.List[i].id == id {
			t.List = append(t.List[:i:i], t.List[i+1:]...)
			return
		}
	}
}

// DropText removes a message that is no longer true.
func (t *toasts) DropText(text string) {
	t.List = slices.DeleteFunc(t.List, func(n toast) bool { return n.Text == text })
}

// DropAll removes all messages.
func (t *toasts) DropAll() { t.List = nil }

// DropMood removes the messages of a mood.
func (t *toasts) DropMood(m Mood) {
	t.List = slices.DeleteFunc(t.List, func(n toast) bool { return n.mood == m })
}

// Newest is the text of the newest message, or "".
func (t *toasts) Newest() string {
	if len(t.List) == 0 {
		return ""
	}
	return t.List[len(t.List)-1].Text
}

// Failing reports whether the newest message is a failure itself.
func (t *toasts) Failing() bool { return len(t.List) > 0 && t.List[len(t.List)-1].mood == Failed }

// Draw draws the newest message.
func (t *toasts) Draw(p Pane, th *Theme) {
	if len(t.List) == 0 {
		return
	}
	newest := t.List[len(t.List)-1]
	DrawNews(p, th, newest.mood, newest.Text)
}

// DrawNews draws a message with the sign of its mood.
func DrawNews(p Pane, t *Theme, m Mood, text string) {
	if text == "" {
		return
	}
	sign, style := m.Look(t)
	x := p.Text(1, 0, style, sign+" ")
	p.Cut(x, 0, p.Width()-x-1, t.Text, text)
}
