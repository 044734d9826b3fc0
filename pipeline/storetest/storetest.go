// Package storetest states the contract of pipeline.Store as tests.
//
// A new store runs them with one line:
//
//	func TestStore(t *testing.T) { storetest.Run(t, openEmptyLake) }
package storetest

import (
	"errors"
	"io"
	"os"
	"slices"
	"testing"

	"stedi/pipeline"
)

// Run checks every sentence of the contracts in package pipeline. open returns
// a store on a new, empty lake each time, and cleans up after the test.
func Run(t *testing.T, open func(t *testing.T) pipeline.Store) {
	t.Helper()
	groups := []struct {
		name  string
		cases []testCase
	}{
		{"list", listCases},
		{"files", fileCases},
		{"stage", stageCases},
		{"commit", commitCases},
		{"lock", lockCases},
		{"names", nameCases},
	}
	for _, group := range groups {
		t.Run(group.name, func(t *testing.T) {
			for _, c := range group.cases {
				t.Run(c.says, func(t *testing.T) { c.test(lake{T: t, Store: open(t)}) })
			}
		})
	}
}

type testCase struct {
	says string
	test func(l lake)
}

// lake is a store under test. Its helpers stop the test at the first error.
type lake struct {
	*testing.T
	pipeline.Store
}

func (l lake) put(name, content string) {
	l.Helper()
	if err := l.Put(l.Context(), name, []byte(content)); err != nil {
		l.Fatalf("put %s: %v", name, err)
	}
}

func (l lake) remove(name string) {
	l.Helper()
	if err := l.Delete(l.Context(), name); err != nil {
		l.Fatalf("delete %s: %v", name, err)
	}
}

// read returns the content of a file.
func (l lake) read(name string) string {
	l.Helper()
	file, err := l.Open(l.Context(), name)
	if err != nil {
		l.Fatalf("open %s: %v", name, err)
	}
	content, err := io.ReadAll(file)
	if err := errors.Join(err, file.Close()); err != nil {
		l.Fatalf("read %s: %v", name, err)
	}
	return string(content)
}

func (l lake) holds(name, want string) {
	l.Helper()
	if got := l.read(name); got != want {
		l.Fatalf("%s holds %q, want %q", name, got, want)
	}
}

func (l lake) list(folder string) []pipeline.File {
	l.Helper()
	files, err := l.List(l.Context(), folder)
	if err != nil {
		l.Fatalf("list %s: %v", folder, err)
	}
	return files
}

// lists checks the names in a folder, in order.
func (l lake) lists(folder string, want ...string) {
	l.Helper()
	var got []string
	for _, file := range l.list(folder) {
		got = append(got, file.Name)
	}
	if !slices.Equal(got, want) {
		l.Fatalf("list of %s is %q, want %q", folder, got, want)
	}
}

// listed returns the one file of a folder.
func (l lake) listed(folder string) pipeline.File {
	l.Helper()
	files := l.list(folder)
	if len(files) != 1 {
		l.Fatalf("list of %s is %v, want one file", folder, files)
	}
	return files[0]
}

// stage returns a closed staged file.
func (l lake) stage(name, content string) pipeline.StagedFile {
	l.Helper()
	staged, err := l.Create(l.Context(), name)
	if err != nil {
		l.Fatalf("create %s: %v", name, err)
	}
	if _, err := io.WriteString(staged, content); err != nil {
		l.Fatalf("write %s: %v", name, err)
	}
	if err := staged.Close(); err != nil {
		l.Fatalf("close %s: %v", name, err)
	}
	return staged
}

func (l lake) commit(staged pipeline.StagedFile, name string, replaced *pipeline.File) pipeline.File {
	l.Helper()
	file, err := l.Commit(l.Context(), staged, name, replaced)
	if err != nil {
		l.Fatalf("commit %s: %v", name, err)
	}
	return file
}

func (l lake) sweep() {
	l.Helper()
	if err := l.Sweep(l.Context()); err != nil {
		l.Fatalf("sweep: %v", err)
	}
}

// fetched reads the local path of a listed file.
func (l lake) fetched(file pipeline.File) string {
	l.Helper()
	path, err := l.Fetch(l.Context(), file)
	if err != nil {
		l.Fatalf("fetch %s: %v", file.Name, err)
	}
	return l.readPath(path)
}

func (l lake) readPath(path string) string {
	l.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		l.Fatal(err)
	}
	return string(content)
}

func (l lake) mustBe(err, want error) {
	l.Helper()
	if !errors.Is(err, want) {
		l.Fatalf("error is %v, want %v", err, want)
	}
}
