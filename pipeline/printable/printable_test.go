package printable

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTextIsHarmless(t *testing.T) {
	for in, want := range map[string]string{
		"plain ~":               "plain ~",
		"\x1b[2J\a\x00":         "␛[2J␇␀",
		"\u009b31m":             "<U+009B>31m",
		"\u202egnp.exe":         "<U+202E>gnp.exe",
		"zero\u200b\ufeff":      "zero<U+200B><U+FEFF>",
		"\u2028\u3164\x7f":      "<U+2028><U+3164>␡",
		"a\xffb":                "a\uFFFDb",
		"日本 é ❤️":               "日本 é ❤️",
		"\U000E0041":            "<U+E0041>",
		"हिन्दी த\u0bbf":        "हिन्दी த\u0bbf",
		"می\u200cخواهم":         "می\u200cخواهم",
		"ක්\u200dෂ ന്\u200d":    "ක්\u200dෂ ന്\u200d",
		"👨\u200d👩\u200d👧":       "👨\u200d👩\u200d👧",
		"🏳️\u200d🌈 🙂\u200d↔️":   "🏳️\u200d🌈 🙂\u200d↔️",
		"1\ufe0f\u20e3 1\ufe0f": "1\ufe0f\u20e3 1<U+FE0F>",
		"葛\U000e0100":           "葛\U000e0100",
		"a\u200db a\u200c":      "a<U+200D>b a<U+200C>",
		"👨\u200dx":              "👨<U+200D>x",
		"क\u200d\u200d":         "क\u200d<U+200D>",
		"é\ufe01😀\ufe0f\ufe0f":  "é<U+FE01>😀\ufe0f<U+FE0F>",
		"\u0600\u061c":          "\u0600<U+061C>",
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
	}{{"short", 5, "short"}, {"longer", 5, "longe…"}, {"日本語", 2, "日本…"}, {"日本語", 3, "日本語"}, {"\x1b\x1b\x1b", 2, "␛␛…"}, {"x", 0, "…"}, {"", 0, ""}, {"हिन्दी", 2, "हि…"}, {"👨\u200d👩 x", 1, "👨\u200d👩…"}} {
		if got := Head(c.in, c.limit); got != c.want {
			t.Errorf("%q became %q, not %q", c.in, got, c.want)
		}
	}
	long := strings.Repeat("\u202e", 1<<20)
	if n := testing.AllocsPerRun(10, func() { _ = Head(long, 80) }); n > 200 {
		t.Errorf("%v allocations for a screenful", n)
	}
	if n := len(Head("e"+strings.Repeat("\u0301", 1<<20), 80)); n > 1000 {
		t.Errorf("%d bytes of marks on one letter", n)
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

func TestColumns(t *testing.T) {
	for in, want := range map[string]int{
		"": 0, "plain": 5, "日本": 4, "e\u0301": 1, "हिन्दी": 5, "தமிழ்": 4, "한국": 4, "\u1112\u1161\u11ab\u1100\u116e\u11a8": 4,
		"👨\u200d👩\u200d👧\u200d👦": 2, "❤️": 2, "👍🏽": 2, "1\ufe0f\u20e3": 2, "🇩🇪": 2,
	} {
		if got := Width(in); got != want {
			t.Errorf("%q takes %d columns, not %d", in, got, want)
		}
	}
}

func TestCutKeepsLettersWhole(t *testing.T) {
	for _, c := range []struct {
		in   string
		most int
		want string
	}{
		{"short", 5, "short"},
		{"longer", 5, "long…"},
		{"日本語", 4, "日…"},
		{"日本語", 5, "日本…"},
		{"हिन्दी है", 4, "हि…"},
		{"e\u0301e\u0301e\u0301", 2, "e\u0301…"},
		{"👨\u200d👩\u200d👧x👨\u200d👩\u200d👧", 4, "👨\u200d👩\u200d👧x…"},
		{"x", 0, ""},
		{"日本", 1, "…"},
	} {
		if got := Cut(c.in, c.most); got != c.want || Width(got) > c.most {
			t.Errorf("%q within %d columns is %q, not %q", c.in, c.most, got, c.want)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("\x1b]8;;\u202e\xff")
	f.Add("क्\u200dष👨\u200d👩\u200dx1\ufe0f\u20e3a\ufe0f")
	f.Fuzz(func(t *testing.T, s string) {
		got := Text(s)
		plain := strings.NewReplacer(string(joiner), "", string(nonJoiner), "").Replace(got)
		if strings.IndexFunc(plain, Hostile) >= 0 || !utf8.ValidString(got) || Text(got) != got {
			t.Errorf("%q became %q", s, got)
		}
		if strings.Contains(got, "\u200d\u200d") || strings.Contains(got, "\ufe0f\ufe0f") {
			t.Errorf("%q hides something in %q", s, got)
		}
		if cut := Cut(got, 7); Width(cut) > 7 || !strings.HasPrefix(got, strings.TrimSuffix(cut, "…")) {
			t.Errorf("%q is cut to %q", got, cut)
		}
	})
}
