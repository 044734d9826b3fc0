package tui

import (
	"testing"

	tea "charm.land/bubbletea/v2"
)

// BenchmarkQueryLetter measures a letter in the editor, from the key press to
// the frame as text.
func BenchmarkQueryLetter(b *testing.B) {
	w := newWorld(b, "sample")
	w.open(b)
	d := start(b, w.options(b), 120, 36)
	d.press("3", "i")
	text := "select c.email, count(*) from customer_trusted c join accelerometer_trusted a on a.user = c.email\n"
	i := 0
	for b.Loop() {
		if i++; i == len(text) {
			i = 0
			d.queryView().sheet().editor.SetValue("")
		}
		d.Update(tea.KeyPressMsg{Text: text[i : i+1], Code: rune(text[i])})
		_ = d.View()
	}
}
