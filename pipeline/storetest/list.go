package storetest

import (
	"context"
	"path"
	"slices"
	"strings"
	"time"
)

var listCases = []testCase{
	{"a folder that does not exist is empty", func(l lake) {
		l.lists("landing")
		l.lists("landing/customer/deeper")
	}},
	{"every file at any depth, sorted by name as bytes", func(l lake) {
		names := []string{
			"landing/b.json", "landing/a/x.json", "landing/a-b/x.json", "landing/a.json",
			"landing/C.json", "landing/a/b/c/d/e.json", "landing/ä.json", "landing/a b.json",
		}
		for _, name := range names {
			l.put(name, name)
		}
		slices.Sort(names)
		l.lists("landing", names...)
	}},
	{"only files below the folder", func(l lake) {
		for _, name := range []string{"landing/a.json", "landing2/a.json", "landing.json", "trusted/landing/a.json"} {
			l.put(name, "{}")
		}
		l.lists("landing", "landing/a.json")
	}},
	{"a single file, where its name has an extension", func(l lake) {
		for _, name := range []string{"exports/a.json", "exports/a.json2", "exports/a.csv/x.csv", "exports/a.csv.gz"} {
			l.put(name, "{}")
		}
		l.lists("exports/a.json", "exports/a.json")
		l.lists("exports/a.csv", "exports/a.csv/x.csv")
		l.lists("exports/b.json")
	}},
	{"hidden files and folders are left out", func(l lake) {
		for _, name := range []string{
			"landing/_SUCCESS", "landing/.a.json.crc", "landing/_temporary/0/a.json",
			"landing/.cache/a.json", "landing/c/_b.json", "landing/c/a_.json", "landing/c/b.json",
		} {
			l.put(name, "{}")
		}
		l.lists("landing", "landing/c/a_.json", "landing/c/b.json")
	}},
	{"nothing is left out of a folder that is hidden itself", func(l lake) {
		l.put(".stedi/manifests/a.json", "{}")
		l.put(".stedi/manifests/_b/.c.json", "{}")
		l.lists(".stedi/manifests", ".stedi/manifests/_b/.c.json", ".stedi/manifests/a.json")
	}},
	{"a file's size and time", func(l lake) {
		l.put("landing/a.json", "12345")
		l.put("landing/empty.json", "")
		files := l.list("landing")
		if len(files) != 2 || files[0].Size != 5 || files[1].Size != 0 {
			l.Fatalf("listed %+v, want sizes 5 and 0", files)
		}
		for _, file := range files {
			if age := time.Since(file.ModTime).Abs(); age > 24*time.Hour {
				l.Fatalf("%s is of %v", file.Name, file.ModTime)
			}
		}
	}},
	{"two lists of the same files are the same", func(l lake) {
		l.put("landing/a.json", "a")
		l.read("landing/a.json")
		first, second := l.listed("landing"), l.listed("landing")
		if !first.Same(second) {
			l.Fatalf("listed %+v, then %+v", first, second)
		}
	}},
	{"other bytes of the same size are another file", func(l lake) {
		l.put("landing/a.json", "a")
		first := l.listed("landing")
		l.put("landing/a.json", "b")
		if second := l.listed("landing"); first.Same(second) {
			l.Fatalf("listed %+v twice", second)
		}
	}},
	{"nearby looks at the lake and further up", func(l lake) {
		for _, name := range []string{"a.json", "landing/x/b.json", "landing/_c.json", ".stedi/history.json"} {
			l.put(name, "x")
		}
		inside := l.Nearby(l.Context(), 0, "")
		if !inside.Exists || !slices.Equal(inside.Files, []string{"a.json", "landing/x/b.json"}) {
			l.Errorf("inside: %+v", inside)
		}
		if one := l.Nearby(l.Context(), 0, "landing"); !one.Exists || !slices.Equal(one.Files, []string{"landing/x/b.json"}) || !slices.Equal(one.Hidden, []string{"landing/_c.json"}) {
			l.Errorf("a folder: %+v", one)
		}
		if none := l.Nearby(l.Context(), 0, "trusted"); none.Exists || len(none.Files) > 0 {
			l.Errorf("a folder that does not exist: %+v", none)
		}
		above, _ := path.Split(inside.Root)
		if up := l.Nearby(l.Context(), 1, path.Base(inside.Root)+"/landing"); up.Root != strings.TrimSuffix(above, "/") || len(up.Files) != 1 || !strings.HasSuffix(up.Files[0], "/landing/x/b.json") {
			l.Errorf("further up: %+v", up)
		}
		if top := l.Nearby(l.Context(), 100, "landing"); top.Root != "" || len(top.Files) > 0 {
			l.Errorf("above the root of all: %+v", top)
		}
	}},
	{"a cancelled context ends it", func(l lake) {
		l.put("landing/a.json", "a")
		ctx, cancel := context.WithCancel(l.Context())
		cancel()
		_, err := l.List(ctx, "landing")
		l.mustBe(err, context.Canceled)
	}},
}
