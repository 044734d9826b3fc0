package printable

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTextIsHarmless(t *testing.T) {
	for in, want := range map[string]string{
		"plain ~":          "plain ~",
		"\x1b[2J\a\x00":    "␛[2J␇␀",
		"\u009b31m":        "<U+009B>31m",
		"\u202egnp.exe":    "<U+202E>gnp.exe",
		"zero\u200b\ufeff": "zero<U+200B><U+FEFF>",
		"\u2028\u3164\x7f": "<U+2028><U+3164><U+007F>",
		"a\xffb":           "a\uFFFDb",
		"日本 é ❤️":          "日本 é ❤️",
		"\U000E0041":       "<U+E0041>",
	} {
		if got := Text(in); got != want {
			t.Errorf("%q became %q, not %q", in, got, want)
		}
	}
}

func TestHeadLooksAtNoMoreThanItShows(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		want  string
	}{{"short", 5, "short"}, {"longer", 5, "longe…"}, {"日本語", 2, "日本…"}, {"日本語", 3, "日本語"}, {"\x1b\x1b\x1b", 2, "␛␛…"}, {"x", 0, "…"}, {"", 0, ""}} {
		if got := Head(c.in, c.limit); got != c.want {
			t.Errorf("%q became %q, not %q", c.in, got, c.want)
		}
	}
	long := strings.Repeat("\u202e", 1<<20)
	if n := testing.AllocsPerRun(10, func() { _ = Head(long, 80) }); n > 200 {
		t.Errorf("%v allocations for a screenful", n)
	}
}

func TestValuesAreShown(t *testing.T) {
	for want, v := range map[string]any{
		"null": nil, "true": true, "-7": int64(-7), "0.1": 0.1, "1": 1.0, "1e+21": 1e21, "NaN": math.NaN(), "+Inf": math.Inf(1), "\x1b": "\x1b",
	} {
		if got := Value(v); got != want {
			t.Errorf("%v is %q, not %q", v, got, want)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("\x1b]8;;\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := Text(s)
		if strings.IndexFunc(got, Hostile) >= 0 || !utf8.ValidString(got) || Text(got) != got {
			t.Errorf("%q became %q", s, got)
		}
	})
}
