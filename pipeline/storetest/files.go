package storetest

import (
	"context"
	"io"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"
)

var fileCases = []testCase{
	{"opening a missing file is fs.ErrNotExist and names it", func(l lake) {
		l.put("landing/a.json", "a")
		for _, name := range []string{"landing/missing.json", "none/missing.json", "landing/a.json/missing.json"} {
			_, err := l.Open(l.Context(), name)
			l.mustBe(err, fs.ErrNotExist)
			if !strings.Contains(err.Error(), "missing.json") {
				l.Fatalf("error does not name the file: %v", err)
			}
		}
	}},
	{"put makes a file, and its folders", func(l lake) {
		l.put("trusted/a/b/c.json", "new")
		l.holds("trusted/a/b/c.json", "new")
	}},
	{"put replaces a file", func(l lake) {
		l.put("trusted/a.json", "old and longer")
		l.put("trusted/a.json", "new")
		l.holds("trusted/a.json", "new")
		l.lists("trusted", "trusted/a.json")
	}},
	{"put keeps no hold on the caller's bytes", func(l lake) {
		content := []byte("before")
		if err := l.Put(l.Context(), "trusted/a.json", content); err != nil {
			l.Fatal(err)
		}
		copy(content, "after!")
		l.holds("trusted/a.json", "before")
	}},
	{"an open file keeps its bytes when it is replaced", func(l lake) {
		old := strings.Repeat("old ", 1<<16)
		l.put("trusted/a.json", old)
		file, err := l.Open(l.Context(), "trusted/a.json")
		if err != nil {
			l.Fatal(err)
		}
		defer func() { _ = file.Close() }()
		first := make([]byte, 4)
		if _, err := io.ReadFull(file, first); err != nil {
			l.Fatal(err)
		}
		l.put("trusted/a.json", strings.Repeat("new ", 1<<16))
		rest, err := io.ReadAll(file)
		if got := string(first) + string(rest); err == nil && got != old {
			l.Fatal("a reader saw a part of the old content and a part of the new")
		}
	}},
	{"readers see the old content or the new while it is put", putUnderReaders},
	{"a cancelled put changes nothing", func(l lake) {
		l.put("trusted/a.json", "old")
		ctx, cancel := context.WithCancel(l.Context())
		cancel()
		l.mustBe(l.Put(ctx, "trusted/a.json", []byte("new")), context.Canceled)
		l.holds("trusted/a.json", "old")
	}},
	{"copy makes the target hold what the source holds", func(l lake) {
		l.put("trusted/a.json", "a")
		l.copy("trusted/a.json", ".stedi/previous/run/a.json")
		l.holds(".stedi/previous/run/a.json", "a")
		l.holds("trusted/a.json", "a")
	}},
	{"copy replaces an existing target", func(l lake) {
		l.put("trusted/a.json", "a")
		l.put("trusted/b.json", "b and longer")
		l.copy("trusted/a.json", "trusted/b.json")
		l.holds("trusted/b.json", "a")
	}},
	{"copy and its end change nothing about the source", func(l lake) {
		l.put("trusted/a.json", "a")
		before := l.listed("trusted")
		l.copy("trusted/a.json", "copies/a.json")
		if now := l.listed("trusted"); !now.Same(before) {
			l.Fatalf("after the copy: %+v, before: %+v", now, before)
		}
		l.remove("copies")
		if now := l.listed("trusted"); !now.Same(before) {
			l.Fatalf("after the copy was deleted: %+v, before: %+v", now, before)
		}
	}},
	{"a copy and its source live on alone", func(l lake) {
		l.put("trusted/a.json", "a")
		l.copy("trusted/a.json", "copies/a.json")
		l.put("trusted/a.json", "changed")
		l.holds("copies/a.json", "a")
		l.copy("copies/a.json", "trusted/a.json")
		l.put("copies/a.json", "changed")
		l.holds("trusted/a.json", "a")
		l.remove("copies/a.json")
		l.holds("trusted/a.json", "a")
	}},
	{"what is kept of a file survives a commit, and what has changed is not kept", func(l lake) {
		l.put("trusted/a.json", "old")
		old := l.listed("trusted")
		now, err := l.Keep(l.Context(), old, ".stedi/previous/run/trusted/a.json")
		l.mustBe(err, nil)
		l.holds(".stedi/previous/run/trusted/a.json", "old")
		if !now.Same(l.listed("trusted")) {
			l.Errorf("kept as %+v, listed as %+v", now, l.listed("trusted"))
		}
		l.put("trusted/a.json", "new")
		l.holds(".stedi/previous/run/trusted/a.json", "old")
		l.remove(".stedi/previous/run/trusted/a.json")
		l.holds("trusted/a.json", "new")
	}},
	{"copy of a missing file is fs.ErrNotExist and changes nothing", func(l lake) {
		l.put("trusted/b.json", "b")
		l.mustBe(l.Copy(l.Context(), "trusted/a.json", "trusted/b.json"), fs.ErrNotExist)
		l.holds("trusted/b.json", "b")
	}},
	{"delete removes a file and nothing else", func(l lake) {
		l.put("trusted/a.json", "a")
		l.put("trusted/a.json.gz", "b")
		l.remove("trusted/a.json")
		l.lists("trusted", "trusted/a.json.gz")
	}},
	{"delete removes a folder with all that is in it and nothing else", func(l lake) {
		for _, name := range []string{"trusted/a/b.json", "trusted/a/c/_d.json", "trusted/a2/b.json"} {
			l.put(name, "{}")
		}
		l.remove("trusted/a")
		l.lists("trusted", "trusted/a2/b.json")
		_, err := l.Open(l.Context(), "trusted/a/c/_d.json")
		l.mustBe(err, fs.ErrNotExist)
	}},
	{"what is not there is already deleted", func(l lake) {
		l.put("trusted/a.json", "a")
		for _, name := range []string{"trusted/b.json", "none", "none/b.json", "trusted/a.json/b.json"} {
			l.remove(name)
		}
		l.holds("trusted/a.json", "a")
	}},
	{"a deleted name can be put again", func(l lake) {
		l.put("trusted/a/b.json", "old")
		l.remove("trusted/a")
		l.put("trusted/a/b.json", "new")
		l.holds("trusted/a/b.json", "new")
	}},
}

func (l lake) copy(from, to string) {
	l.Helper()
	if err := l.Copy(l.Context(), from, to); err != nil {
		l.Fatalf("copy %s to %s: %v", from, to, err)
	}
}

func putUnderReaders(l lake) {
	contents := []string{strings.Repeat("a", 300_000), strings.Repeat("b", 100_000)}
	l.put("trusted/a.json", contents[0])
	var done atomic.Bool
	var writer sync.WaitGroup
	defer writer.Wait()
	writer.Go(func() {
		defer done.Store(true)
		for i := range 20 {
			if err := l.Put(l.Context(), "trusted/a.json", []byte(contents[i%2])); err != nil {
				l.Error(err)
				return
			}
		}
	})
	for !done.Load() {
		if got := l.read("trusted/a.json"); got != contents[0] && got != contents[1] {
			l.Fatalf("read %d bytes that were never put", len(got))
		}
	}
}
