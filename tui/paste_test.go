package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

func TestEveryPasteIsInsertedOrExplained(t *testing.T) {
	const unused = "the pasted text was not used"
	paste := func(d *driver, text string) {
		d.take(tea.PasteMsg{Content: text})
		d.settle()
	}
	for _, c := range []struct {
		name  string
		keys  []string
		text  string
		shows []string
		hides string
	}{
		{"no field, a filter", nil, "some text", []string{unused, "/ opens one (filter)"}, "some text"},
		{"no field, an editor", []string{"3"}, "select 1", []string{unused, "i opens one (write)"}, "select 1"},
		{"an overlay without a field", []string{"D"}, "some text", []string{unused}, "some text"},
		{"the help", []string{"?"}, "some text", []string{"/ some text"}, unused},
		{"the filter", []string{"/"}, "customer", []string{"customer"}, unused},
		{"two lines in the filter", []string{"/"}, "one\r\ntwo\r\n", []string{"one two"}, unused},
		{"the palette", []string{":"}, "quit\nnow\n", []string{": quit now"}, unused},
		{"the editor", []string{"3", "i"}, "select 1 as one,\r  2 as two\r\n", []string{"1 select 1 as one,", "2   2 as two", "ln 3 col 1"}, unused},
		{"too much for the editor", []string{"3", "i"}, strings.Repeat("x\n", 10001), []string{unused, "10002 lines, and the editor holds 10000", "ln 1 col 1"}, "nothing"},
		{"an empty paste", nil, "", []string{"Lake"}, unused},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "sample")
			w.open(t)
			d := start(t, w.options(t), 120, 36)
			d.press(c.keys...)
			paste(d, c.text)
			d.shows(c.shows...)
			d.hides(c.hides)
			must(t, d.Close())
		})
	}
}
