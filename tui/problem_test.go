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
