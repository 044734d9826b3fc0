package tui

import (
	"strings"
	"testing"
)

func TestAReaderOfLinesHearsEachThingOnceAndRowsByThePage(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	m, err := New(t.Context(), w.options(t))
	must(t, err)
	t.Cleanup(func() { must(t, m.Close()) })
	var said strings.Builder
	must(t, m.Plain(t.Context(), strings.NewReader("5\nv\n2\nnonsense\nproblem\nrows of nothing\naccelerometer_landing\npgdown\nselect count(*) as n from customer_landing\nquit\n"), &said))
	text := said.String()
	if n := strings.Count(text, "no run yet: R runs all that"); n != 1 {
		t.Errorf("what stands above the panes is said %d times", n)
	}
	for _, want := range []string{"Which one?\n  check (Lake)\n  check again (Checks)\n", "Unknown command: nonsense.", "the last error: no errors.", "Unknown command: rows of nothing.", "Screen Table\naccelerometer_landing: 164 rows\nrow 1, chosen, column user\nuser: ", "\nrow 20", "result: 1 row\nrow 1, chosen, column n\nn: 24\n", "CATALOG\nlanding\naccelerometer_landing"} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	_, page, _ := strings.Cut(text, "Screen Table")
	page, _, _ = strings.Cut(page, "\n> ")
	if n := strings.Count(page, "\nrow "); n == 0 || n > plainPage {
		t.Errorf("a page has %d rows", n)
	}
	if strings.ContainsAny(text, "│╎┃▸") {
		t.Error("it says signs that nobody can read out")
	}
	if t.Failed() {
		t.Log(text)
	}
}

// Lists are read out line by line: each value with its label, uncut, and a missing
// one as such.
func TestPlainListsLabelEachValue(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	m, err := New(t.Context(), w.options(t))
	must(t, err)
	t.Cleanup(func() { must(t, m.Close()) })
	var said strings.Builder
	must(t, m.Plain(t.Context(), strings.NewReader("2\nR\n1\n4\n5\nquit\n"), &said))
	for _, want := range []string{
		"chosen table: accelerometer_landing; rows: 164; result: ", "table: customer_trusted; rows: none; state: not built\n",
		"chosen table: customer_trusted; state: not built\n", "table: customer_trusted; state: published; rows in: 24; rows out: 12; time: ",
		"; difference: none; ", "checks: ", " passed, ", "chosen run: ", "; result: done; summary: 5 tables built; time: ",
	} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if t.Failed() {
		t.Log(said.String())
	}
}
