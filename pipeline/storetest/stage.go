package storetest

import (
	"io"
	"io/fs"
	"os"
	"strings"

	"stedi/pipeline"
)

var stageCases = []testCase{
	{"fetch gives a local path to a listed file's bytes", func(l lake) {
		l.put("landing/deep/a.json", "a")
		if got := l.fetched(l.listed("landing")); got != "a" {
			l.Fatalf("fetched %q, want a", got)
		}
	}},
	{"fetch of a missing file is fs.ErrNotExist", func(l lake) {
		l.put("landing/a.json", "a")
		file := l.listed("landing")
		l.remove("landing/a.json")
		_, err := l.Fetch(l.Context(), file)
		l.mustBe(err, fs.ErrNotExist)
	}},
	{"fetch of a file that is not the listed one any more is ErrChanged", func(l lake) {
		l.put("landing/a.json", "a")
		file := l.listed("landing")
		l.put("landing/a.json", "b")
		_, err := l.Fetch(l.Context(), file)
		l.mustBe(err, pipeline.ErrChanged)
	}},
	{"a staged file is read at its path after close", func(l lake) {
		staged, err := l.Create(l.Context(), "run/a.json")
		if err != nil {
			l.Fatal(err)
		}
		chunk := strings.Repeat("0123456789abcdef", 1<<16)
		for range 20 {
			if n, err := io.WriteString(staged, chunk); n != len(chunk) || err != nil {
				l.Fatalf("wrote %d of %d bytes: %v", n, len(chunk), err)
			}
		}
		if err := staged.Close(); err != nil {
			l.Fatal(err)
		}
		if got := l.readPath(staged.Path()); got != strings.Repeat(chunk, 20) {
			l.Fatalf("path holds %d other bytes", len(got))
		}
	}},
	{"a staged file is not visible to readers", func(l lake) {
		staged, err := l.Create(l.Context(), "trusted/a.json")
		if err != nil {
			l.Fatal(err)
		}
		l.lists("trusted")
		l.lists("run")
		if err := staged.Close(); err != nil {
			l.Fatal(err)
		}
		l.lists("trusted")
		_, err = l.Open(l.Context(), "trusted/a.json")
		l.mustBe(err, fs.ErrNotExist)
	}},
	{"several files are staged at once", func(l lake) {
		a, b := l.stage("run/a.json", "a"), l.stage("run/b.json", "b")
		l.commit(b, "trusted/b.json", nil)
		l.commit(a, "trusted/a.json", nil)
		l.holds("trusted/a.json", "a")
		l.holds("trusted/b.json", "b")
	}},
	{"nothing is written after close", func(l lake) {
		staged := l.stage("run/a.json", "a")
		if _, err := staged.Write([]byte("b")); err == nil {
			l.Fatal("a closed file was written to")
		}
	}},
	{"discard removes an open file", func(l lake) {
		staged, err := l.Create(l.Context(), "run/a.json")
		if err != nil {
			l.Fatal(err)
		}
		if _, err := staged.Write([]byte("a")); err != nil {
			l.Fatal(err)
		}
		l.discard(staged)
		l.worthless(staged)
	}},
	{"discard removes a closed file, and a second one does nothing", func(l lake) {
		staged := l.stage("run/a.json", "a")
		l.discard(staged)
		l.discard(staged)
		l.worthless(staged)
		l.commit(l.stage("run/a.json", "again"), "trusted/a.json", nil)
		l.holds("trusted/a.json", "again")
	}},
	{"discard after a commit does nothing", func(l lake) {
		staged := l.stage("run/a.json", "a")
		l.commit(staged, "trusted/a.json", nil)
		l.discard(staged)
		l.holds("trusted/a.json", "a")
	}},
	{"sweep removes everything that is staged and nothing else", func(l lake) {
		l.put("trusted/a.json", "old")
		l.put(".stedi/manifests/a.json", "{}")
		closed := l.stage("run/a.json", "a")
		open, err := l.Create(l.Context(), "b.json")
		if err != nil {
			l.Fatal(err)
		}
		l.sweep()
		l.worthless(closed)
		l.discard(open)
		l.discard(closed)
		l.worthless(open)
		l.lists("trusted", "trusted/a.json")
		l.holds("trusted/a.json", "old")
		l.holds(".stedi/manifests/a.json", "{}")
	}},
	{"sweep of an empty stage, and staging after it", func(l lake) {
		l.sweep()
		l.sweep()
		l.commit(l.stage("run/a.json", "a"), "trusted/a.json", nil)
		l.sweep()
		l.holds("trusted/a.json", "a")
	}},
}

func (l lake) discard(staged pipeline.StagedFile) {
	l.Helper()
	if err := staged.Discard(); err != nil {
		l.Fatalf("discard: %v", err)
	}
}

// worthless checks that a staged file cannot be read or committed.
func (l lake) worthless(staged pipeline.StagedFile) {
	l.Helper()
	if _, err := os.Stat(staged.Path()); err == nil {
		l.Fatalf("%s is still there", staged.Path())
	}
	if _, err := l.Commit(l.Context(), staged, "worthless/a.json", nil); err == nil {
		l.Fatal("it could be committed")
	}
	l.lists("worthless")
}
