package tui

import (
	"os"
	"path/filepath"
	"testing"

	"stedi/pipeline"
)

func TestFilesOfOthersAreMovedAsideAndBack(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	must(t, os.RemoveAll(filepath.Join(w.root, ".stedi")))
	w.twice(t, "customer/trusted/part-00000.json")
	d := start(t, w.options(t), 120, 36)
	d.press("alt+m")
	d.shows("MOVE FILES ASIDE", "~/lakes/demo/.stedi/replaced", "customer_trusted            1 file      24 rows", "until the next run")
	d.press("y")
	d.shows("FILES MOVED ASIDE", "customer_trusted            24            12")
	d.press("esc", "right", "alt+u")
	d.shows("Roll back customer_trusted?", "It has 12 rows now.", "1 file that was moved aside comes back")
	d.press("y")
	d.shows("customer_trusted: 12 → 24 rows", "◇customer_trusted")
	d.press("alt+u")
	d.shows("there is no previous version")
}

func TestAPreviousVersionIsPutBack(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	d := start(t, w.options(t), 120, 36)
	d.press("2", "F", "1", "right", "alt+u")
	d.shows("Roll back customer_trusted?", "The previous version has 12", "A second rollback undoes")
	d.press("n")
	d.hides("Roll back")
	d.press("alt+u", "y")
	d.shows("customer_trusted: 12 → 12 rows")
}

// Files that stedi did not publish block every run, also one that builds a table
// that is missing.
func TestATableBesideUnmanagedFilesIsBuiltOnceTheyAreMoved(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	must(t, os.RemoveAll(filepath.Join(w.root, ".stedi")))
	must(t, os.RemoveAll(filepath.Join(w.root, "customer", "curated")))
	d := start(t, w.options(t), 120, 36)
	_, fixes := d.fixesOf(&pipeline.CheckRecord{Check: pipeline.Readable, Table: "customer_curated"}, true)
	if len(fixes) != 1 || fixes[0].Key != "m" {
		t.Fatalf("the fixes are %+v", fixes)
	}
	d.press("2")
	d.shows("built elsewhere   ")
	d.hides("built else…")
}
