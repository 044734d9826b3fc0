package ui

import (
	"slices"
	"strings"
	"testing"
)

// tokensOf are the tokens of a text that are not blank.
func tokensOf(text string) []string {
	return slices.DeleteFunc(sqlToken.FindAllString(text, -1), func(s string) bool { return strings.TrimSpace(s) == "" })
}

func TestSQLIsLaidOut(t *testing.T) {
	for _, c := range [][2]string{
		{"select 1", "select 1"},
		{"select a,b from t where a=1 and b between 2 and 3 or c", "select a,\n  b\nfrom t\nwhere a = 1\n  and b between 2 and 3\n  or c"},
		{"select count(*) n,max(a,b) from t left join u on t.a=u.a group by 1 order by n desc limit 5", "select count(*) n,\n  max(a, b)\nfrom t\nleft join u on t.a = u.a\ngroup by 1\norder by n desc\nlimit 5"},
		{"select * from (select a from t where a in (1,2)) x", "select *\nfrom (\n  select a\n  from t\n  where a in (1, 2)\n) x"},
		{"with x as (select 1) select * from x", "with x as (\n  select 1\n)\nselect *\nfrom x"},
		{"select a -- why\n, b from t", "select a -- why\n  ,\n  b\nfrom t"},
		{"select left(a, 2), a.order from t", "select left(a, 2),\n  a.order\nfrom t"},
		{"select 'from  where' as \"x  y\" /* from */ from t", "select 'from  where' as \"x  y\" /* from */\nfrom t"},
		{"", ""},
	} {
		if got := FormatSQL(c[0]); got != c[1] {
			t.Errorf("%s:\n%s\nnot\n%s", c[0], got, c[1])
		}
	}
}

func FuzzFormatSQLChangesOnlyBlanks(f *testing.F) {
	for _, text := range []string{"select a,b from t", "((", "))", "a -- b", "'x", "/* y", "select (with values) )", "\"a\nb\" between and and", "a--\n--b\nselect"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := FormatSQL(text)
		if before, after := tokensOf(text), tokensOf(once); !slices.Equal(before, after) {
			t.Errorf("%q became %q", text, once)
		}
		if twice := FormatSQL(once); !slices.Equal(tokensOf(twice), tokensOf(once)) {
			t.Errorf("%q became %q", once, twice)
		}
	})
}
