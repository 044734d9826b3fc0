package storetest

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"sync"

	"stedi/pipeline"
)

const table = "trusted/t/part-00000.json"

var commitCases = []testCase{
	{"a new file", func(l lake) {
		file := l.commit(l.stage("run/a.json", "new"), table, nil)
		l.holds(table, "new")
		if now := l.listed("trusted"); !file.Same(now) {
			l.Fatalf("commit says %+v, list says %+v", file, now)
		}
	}},
	{"in the place of the listed file", func(l lake) {
		l.put(table, "old")
		old := l.listed("trusted")
		file := l.commit(l.stage("run/a.json", "new"), table, &old)
		l.holds(table, "new")
		if now := l.listed("trusted"); !file.Same(now) || now.Same(old) {
			l.Fatalf("commit says %+v, list says %+v, before it %+v", file, now, old)
		}
	}},
	{"in the place of what an earlier commit returned", func(l lake) {
		old := l.commit(l.stage("run/a.json", "1"), table, nil)
		l.copy(table, ".stedi/previous/part-00000.json")
		l.commit(l.stage("run/b.json", "2"), table, &old)
		l.holds(table, "2")
		l.holds(".stedi/previous/part-00000.json", "1")
	}},
	{"refused when there is a file and none was expected", func(l lake) {
		l.put(table, "someone's")
		l.refused(l.stage("run/a.json", "new"), nil)
		l.holds(table, "someone's")
	}},
	{"refused when the file is missing", func(l lake) {
		l.put(table, "old")
		old := l.listed("trusted")
		l.remove(table)
		l.refused(l.stage("run/a.json", "new"), &old)
		l.lists("trusted")
	}},
	{"refused when the file was changed to others of the same size", func(l lake) {
		l.put(table, "old")
		old := l.listed("trusted")
		l.put(table, "odd")
		l.refused(l.stage("run/a.json", "new"), &old)
		l.holds(table, "odd")
	}},
	{"refused when another commit came first", func(l lake) {
		l.put(table, "old")
		old := l.listed("trusted")
		first, second := l.stage("run/a.json", "1st"), l.stage("run/b.json", "2nd")
		l.commit(first, table, &old)
		l.refused(second, &old)
		l.holds(table, "1st")
	}},
	{"refused, it can be discarded or tried again", func(l lake) {
		l.put(table, "someone's")
		staged := l.stage("run/a.json", "new")
		l.refused(staged, nil)
		now := l.listed("trusted")
		l.commit(staged, table, &now)
		l.holds(table, "new")
	}},
	{"one of many at once makes a new file", func(l lake) { oneCommitWins(l, nil) }},
	{"one of many at once replaces a file", func(l lake) {
		l.put(table, "old")
		old := l.listed("trusted")
		oneCommitWins(l, &old)
	}},
	{"not before close", func(l lake) {
		staged, err := l.Create(l.Context(), "run/a.json")
		if err != nil {
			l.Fatal(err)
		}
		defer l.discard(staged)
		if _, err := l.Commit(l.Context(), staged, table, nil); err == nil {
			l.Fatal("an open file was committed")
		}
		l.lists("trusted")
	}},
	{"not twice", func(l lake) {
		staged := l.stage("run/a.json", "new")
		l.commit(staged, table, nil)
		if _, err := l.Commit(l.Context(), staged, "trusted/second.json", nil); err == nil {
			l.Fatal("a file was committed twice")
		}
		l.lists("trusted", table)
	}},
	{"an empty file", func(l lake) {
		if file := l.commit(l.stage("run/a.json", ""), table, nil); file.Size != 0 {
			l.Fatalf("commit says %+v", file)
		}
		l.holds(table, "")
	}},
	{"a cancelled one changes nothing", func(l lake) {
		staged := l.stage("run/a.json", "new")
		ctx, cancel := context.WithCancel(l.Context())
		cancel()
		_, err := l.Commit(ctx, staged, table, nil)
		l.mustBe(err, context.Canceled)
		_, err = l.Open(l.Context(), table)
		l.mustBe(err, fs.ErrNotExist)
		l.discard(staged)
	}},
}

// refused checks that Commit refuses to replace the table, and that the error
// names it.
func (l lake) refused(staged pipeline.StagedFile, replaced *pipeline.File) {
	l.Helper()
	_, err := l.Commit(l.Context(), staged, table, replaced)
	l.mustBe(err, pipeline.ErrChanged)
	if !strings.Contains(err.Error(), table) {
		l.Fatalf("error does not name the file: %v", err)
	}
}

func oneCommitWins(l lake, replaced *pipeline.File) {
	l.Helper()
	const runs = 8
	errs := make([]error, runs)
	var all sync.WaitGroup
	for i := range runs {
		content := strings.Repeat("x", i+1)
		staged := l.stage("run/"+content, content)
		all.Go(func() { _, errs[i] = l.Commit(l.Context(), staged, table, replaced) })
	}
	all.Wait()
	won := 0
	for i, err := range errs {
		switch {
		case err == nil:
			won++
			l.holds(table, strings.Repeat("x", i+1))
		case !errors.Is(err, pipeline.ErrChanged):
			l.Fatal(err)
		}
	}
	if won != 1 {
		l.Fatalf("%d commits in the place of one file succeeded", won)
	}
}
