package printable

import (
	"strings"
	"testing"
	"unicode"
)

func TestALogHoldsNoCommands(t *testing.T) {
	for in, want := range map[string]string{
		"plain\ttext: a::b\n":              "plain\ttext: a::b\n",
		"::error file=x::y\n":              ": :error file=x::y\n",
		" \t\u00a0::add-mask::x\nok\n::x":  " \t\u00a0: :add-mask::x\nok\n: :x",
		"\x1b[31m::error::x\x1b[m\n":       "\x1b[31m: :error::x\x1b[m\n",
		"a ##[error]x ##[group]y\n":        "a # #[error]x # #[group]y\n",
		"a ##VSO[task.complete]\n":         "a # #VSO[task.complete]\n",
		"###[error]\n":                     "## #[error]\n",
		"x ##teamcity[testFailed]\n":       "x # #teamcity[testFailed]\n",
		"section_start:1:a\r\x1b[0Kx\n":    "section_start :1:a␍␛[0Kx\n",
		"section_end:1:a\n":                "section_end :1:a\n",
		"travis_fold:start:a\n":            "travis_fold :start:a\n",
		"--- group\n+++ open\n~~~ x\na---": "- -- group\n+ ++ open\n~ ~~ x\na---",
		"nul\x00 esc\x1b]0;x\a c1\u009b1m": "nul␀ esc␛]0;x␇ c1<U+009B>1m",
		"\r\x1b[Kline":                     "\r\x1b[Kline",
		"İ ##[error]":                      "İ # #[error]",
	} {
		if got := Uncommanded(in); got != want {
			t.Errorf("%q becomes %q, not %q", in, got, want)
		}
	}
	var b strings.Builder
	if _, err := NewLog(&b, false).Write([]byte("::1 is an address\x1b[2J")); err != nil || b.String() != "::1 is an address␛[2J" {
		t.Errorf("%q, %v", b.String(), err)
	}
}

// FuzzLog checks that no output line is a command and that only blanks are
// added, however the text is split.
func FuzzLog(f *testing.F) {
	f.Add("a\n  ::error::b ##[x] ##vso[y]\n", 3)
	f.Add(":: \x1b[31m::x##\x1b\x00teamcity[", 1)
	f.Add("section_start:1:x\n--- a\n\u2003::x", 5)
	f.Fuzz(func(t *testing.T, text string, part int) {
		part = part&15 + 1
		var b strings.Builder
		log := NewLog(&b, true)
		for rest := text; rest != ""; {
			n := min(part, len(rest))
			if _, err := log.Write([]byte(rest[:n])); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		got := b.String()
		for line := range strings.Lines(got) {
			trimmed := strings.TrimLeftFunc(line, unicode.IsSpace)
			lower := strings.ToLower(line)
			if strings.HasPrefix(trimmed, "::") || part > len(text) && strings.HasPrefix(trimmed, "--- ") || strings.Contains(lower, "##[") || strings.Contains(lower, "##vso[") ||
				strings.Contains(lower, "##teamcity[") || strings.Contains(lower, "section_start:") || strings.Contains(lower, "section_end:") {
				t.Errorf("%q in parts of %d becomes %q", text, part, got)
			}
			if strings.ContainsAny(line, "\x00\a\b\x7f") {
				t.Errorf("%q becomes %q", text, got)
			}
		}
		if part > len(text) && strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(controls(text), " ", "") {
			t.Errorf("%q becomes %q", text, got)
		}
	})
}
