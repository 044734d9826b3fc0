package tui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

// mood is how good a piece of news is.
type mood int

const (
	told mood = iota
	done
	warned
	failed
)

// look is the sign of a mood, and its colour.
func (m mood) look(t *theme) (sign string, style uv.Style) {
	return [...]string{"ⓘ", "✓", "!", "✗"}[m], [...]uv.Style{t.accent, t.good, t.warn, t.bad}[m]
}

// toasts are short pieces of news that go away by themselves.
type toasts struct {
	list []toast
	last int
}

type toast struct {
	id   int
	mood mood
	text string
}

type toastOverMsg struct{ id int }

const toastTime = 6 * time.Second

// toast shows a piece of news for a while.
func (k *kit) toast(m mood, text string) tea.Cmd {
	k.toasts.last++
	id := k.toasts.last
	k.toasts.list = slices.DeleteFunc(k.toasts.list, func(t toast) bool { return t.text == text })
	k.toasts.list = append(k.toasts.list, toast{id, m, text})
	return tea.Tick(toastTime, func(time.Time) tea.Msg { return toastOverMsg{id} })
}

func (t *toasts) drop(id int) {
	for i := range t.list {
		if t.list[i].id == id {
			t.list = append(t.list[:i:i], t.list[i+1:]...)
			return
		}
	}
}

// dropText takes back a piece of news that is not true any more.
func (t *toasts) dropText(text string) {
	t.list = slices.DeleteFunc(t.list, func(n toast) bool { return n.text == text })
}

// draw shows the newest piece of news.
func (t *toasts) draw(p pane, th *theme) {
	if len(t.list) == 0 {
		return
	}
	newest := t.list[len(t.list)-1]
	drawNews(p, th, newest.mood, newest.text)
}

// drawNews draws a piece of news with a sign for how good it is.
func drawNews(p pane, t *theme, m mood, text string) {
	if text == "" {
		return
	}
	sign, style := m.look(t)
	x := p.text(1, 0, style, sign+" ")
	p.cut(x, 0, p.width()-x-1, t.text, text)
}
