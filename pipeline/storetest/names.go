package storetest

import (
	"fmt"
	"strings"
	"testing"

	"stedi/pipeline"
)

var hostile = []string{
	"", ".", "..", "/", "../out", "a/../../out", "a/../b", "a/..", "/etc/passwd", "//a",
	"a//b", "a/", "./a", "a/./b", "a\x00b", `a\b`, `..\out`, `a\..\..\out`, `\a`,
}

var nameCases = []testCase{
	{"a hostile name is ErrUnsafe to every method", func(l lake) {
		l.put("landing/a.json", "a")
		for _, name := range hostile {
			for method, err := range l.tryEverywhere(name) {
				l.Run(fmt.Sprintf("%s %q", method, name), func(t *testing.T) {
					lake{t, l.Store}.mustBe(err, pipeline.ErrUnsafe)
				})
			}
		}
		l.lists("landing", "landing/a.json")
		l.holds("landing/a.json", "a")
	}},
	{"an odd name is a name", func(l lake) {
		for _, name := range []string{
			"landing/a b", "landing/ü✓.json", "landing/..a", "landing/a..b", "landing/-rf",
			"landing/%2e%2e", "landing/a'b", "landing/a;b&c", "landing/" + strings.Repeat("n", 200),
		} {
			l.put(name, name)
			l.holds(name, name)
			l.remove(name)
		}
	}},
}

// tryEverywhere calls every method with a name, and returns the errors.
func (l lake) tryEverywhere(name string) map[string]error {
	l.Helper()
	ctx := l.Context()
	errs := map[string]error{}
	_, errs["list"] = l.List(ctx, name)
	_, errs["open"] = l.Open(ctx, name)
	errs["put"] = l.Put(ctx, name, []byte("hostile"))
	errs["copy from"] = l.Copy(ctx, name, "landing/copy.json")
	errs["copy to"] = l.Copy(ctx, "landing/a.json", name)
	errs["delete"] = l.Delete(ctx, name)
	_, errs["fetch"] = l.Fetch(ctx, pipeline.File{Name: name})
	_, errs["create"] = l.Create(ctx, name)
	staged := l.stage("run/a.json", "hostile")
	_, errs["commit"] = l.Commit(ctx, staged, name, nil)
	l.discard(staged)
	return errs
}
