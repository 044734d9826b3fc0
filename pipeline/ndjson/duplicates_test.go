package ndjson

import (
	"strings"
	"testing"
)

func TestFilesOfTheSameContentAreNoted(t *testing.T) {
	a, b := Hash{1}, Hash{2}
	for _, c := range []struct {
		name  string
		files []FileReport
		want  string
		count int64
	}{
		{"different files", []FileReport{{Name: "x", Hash: a, Rows: 3}, {Name: "y", Hash: b, Rows: 3}}, "", 0},
		{"empty files", []FileReport{{Name: "x", Hash: a}, {Name: "y", Hash: a}}, "", 0},
		{
			"a copy",
			[]FileReport{{Name: "x", Hash: a, Rows: 3}, {Name: "y", Hash: b, Rows: 1}, {Name: "z", Hash: a, Rows: 3}},
			"z has the same content as x, so its rows count twice", 3,
		},
		{
			"copies",
			[]FileReport{{Name: "x", Hash: a, Rows: 3}, {Name: "y", Hash: a, Rows: 3}, {Name: "z", Hash: a, Rows: 3}},
			"2 files have the same content as another file, so their rows count more than once; the first is y, equal to x", 6,
		},
		{"a name with control characters", []FileReport{{Name: "x", Hash: a, Rows: 1}, {Name: "\x1b[31m", Hash: a, Rows: 1}}, `"\x1b[31m" has`, 1},
	} {
		text, count := "", int64(0)
		for _, n := range duplicates(c.files) {
			text, count = n.Text, n.Count
		}
		if !strings.HasPrefix(text, c.want) || c.want == "" && text != "" || count != c.count {
			t.Errorf("%s: got %q, %d rows; want %q, %d rows", c.name, text, count, c.want, c.count)
		}
	}
}
