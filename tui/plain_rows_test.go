package tui

import (
	"strings"
	"testing"
)

func TestPlainRowsAreLabelledAndWhole(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	m, err := New(t.Context(), w.options(t))
	must(t, err)
	long := strings.Repeat("long ", 60) + "end"
	var out strings.Builder
	must(t, m.Plain(t.Context(), strings.NewReader("select null as nothing, '' as empty_one, '"+long+"' as whole, 7 as n\nF\nquit\n"), &out))
	must(t, m.Close())
	for _, want := range []string{"row 1, chosen, column nothing", "nothing: null", "empty_one: empty text", "whole: " + long, "n: 7", "result: 1 row"} {
		if !strings.Contains(out.String(), want+"\n") && !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing from\n%s", want, out.String())
		}
	}
}
