package pipeline

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEveryLineOfTheListOfFunctionsIsRead(t *testing.T) {
	lines := 0
	for line := range strings.Lines(functionsFile) {
		if !strings.HasPrefix(line, "#") {
			lines++
		}
	}
	total := 0
	called := regexp.MustCompile(`\b([a-z0-9_]+)\(`)
	for engine, list := range substitutes {
		total += len(list)
		if !slices.IsSortedFunc(list, func(a, b Substitute) int { return cmp.Compare(a.Function, b.Function) }) {
			t.Errorf("%s: the functions are not sorted", engine)
		}
		for i, s := range list {
			if s.Function != strings.ToLower(s.Function) || s.Use == "" || i > 0 && list[i-1].Function == s.Function {
				t.Errorf("%s: %+v", engine, s)
			}
			for _, m := range called.FindAllStringSubmatch(s.Use, -1) {
				if other, lacks := SubstituteFor(engine, m[1]); lacks {
					t.Errorf("%s: %s advises %s, which the engine lacks, too: %s", engine, s.Function, m[1], other.Use)
				}
			}
		}
	}
	if total != lines {
		t.Errorf("%d of %d lines were read", total, lines)
	}
}

func TestSubstituteFor(t *testing.T) {
	for _, c := range []struct{ engine, function, use, name string }{
		{"duckdb", "DATE_PARSE", "strptime(text, '%Y-%m-%d')", "strptime"},
		{"duckdb", "isnull", "x IS NULL", ""},
		{"duckdb", "explode", "unnest(list)", "unnest"},
		{"duckdb", "strptime", "", ""},
		{"athena", "strptime", "date_parse(text, '%Y-%m-%d')", "date_parse"},
		{"another", "strptime", "", ""},
	} {
		got, ok := SubstituteFor(c.engine, c.function)
		if ok != (c.use != "") || got.Use != c.use || got.Name() != c.name {
			t.Errorf("%s %s: got %q (%s), want %q (%s)", c.engine, c.function, got.Use, got.Name(), c.use, c.name)
		}
	}
}
