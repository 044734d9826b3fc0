package tui

import (
	"io/fs"
	"maps"
	"os"
	"testing"
)

// A lake that is only looked at is never written to, also when all its screens
// are opened.
func TestScreensWriteNothingToALake(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	must(t, os.RemoveAll(w.root+"/.stedi"))
	before := treeOf(t, w.root)
	d := start(t, w.options(t), 120, 36)
	d.press("right", "down", "p", "esc", "d", "esc", "w", "v", "4", "x", "x", "down", "enter", "1", "down", "enter", "t", "esc", "3", "5", "2", "ctrl+l")
	if after := treeOf(t, w.root); !maps.Equal(before, after) {
		t.Errorf("the lake was %v and is %v", before, after)
	}
}

// treeOf is the content of every file, and each folder, by name.
func treeOf(t *testing.T, root string) map[string]string {
	t.Helper()
	tree := map[string]string{}
	folder := os.DirFS(root)
	must(t, fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			tree[name] = "folder"
			return err
		}
		text, err := fs.ReadFile(folder, name)
		tree[name] = string(text)
		return err
	}))
	return tree
}
