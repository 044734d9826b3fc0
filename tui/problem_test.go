package tui

import "testing"

func TestAMessageInOneLineHasSentences(t *testing.T) {
	for _, c := range []struct {
		texts []string
		want  string
	}{
		{[]string{"there is no table x", "Did you mean y?"}, "there is no table x. Did you mean y?"},
		{[]string{"not found!", "Did you mean y?", "Press /"}, "not found! Did you mean y? Press /"},
		{[]string{"two\n lines", "", "Write it  shorter."}, "two lines. Write it shorter."},
		{[]string{""}, ""},
	} {
		if got := sentences(c.texts...); got != c.want {
			t.Errorf("%q: %q, want %q", c.texts, got, c.want)
		}
	}
}

// What failed in the last run is explained after a restart, too, until a run
// ends well.
func TestTheErrorOfTheLastRunIsExplained(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	spoil(t, w)
	d := start(t, w.options(t), 80, 24)
	d.settle()
	d.press("!")
	d.shows("no errors")
	d.press("R", "esc")
	d = start(t, w.options(t), 40, 10)
	d.settle()
	d.press("!")
	d.shows("ERROR", "WHAT customer_trusted failed", "FIX Fix these lines")
}
