package tui

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"stedi/pipeline"
)

func TestALakeThatCannotBeOpenedSaysWhyAtOnce(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	o := w.options(t)
	o.Open = func(context.Context) (*Workspace, error) {
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Name another folder.", "the folder is not there")
	}
	d := start(t, o, 100, 30)
	d.shows("WHY    the folder is not there", "FIX    Name another folder.")
	d.press("esc")
	d.shows("the lake is not open: ! shows why")
}

func TestARunThatFailedForSomeLinesIsRunAgainWithoutThem(t *testing.T) {
	w := newWorld(t, "sample")
	must(t, os.WriteFile(filepath.Join(w.root, "customer", "landing", "more.json"), []byte("{\"email\":\n[]\n"), 0o600))
	w.open(t)
	d := start(t, w.options(t), 120, 36)
	d.press("R", "!")
	d.shows("customer_trusted failed and is still not made", "FIX    Fix these lines", "w  run again without those lines (--max-rejects 2)", "more.json:1:10")
	d.press("w")
	d.shows("5 tables made")
}

func TestTheTableScreenSaysWhatItDoesNotShow(t *testing.T) {
	w := newWorld(t, "sample")
	must(t, os.WriteFile(filepath.Join(w.root, "accelerometer", "landing", "more.json"), []byte("[]\n"), 0o600))
	must(t, os.WriteFile(filepath.Join(w.root, "accelerometer", "landing", "cut.json.gz"), []byte("\x1f\x8b\x08\x00"), 0o600))
	w.open(t)
	d := start(t, w.options(t), 120, 36)
	d.press("enter")
	d.shows("rows that can be read", "left out: ", "accelerometer/landing/cut.json.gz")
}

func TestAnEmptyLakeSaysWhatBelongsThere(t *testing.T) {
	w := newWorld(t, "sample")
	must(t, os.RemoveAll(w.root))
	must(t, os.Mkdir(w.root, 0o700))
	w.open(t)
	d := start(t, w.options(t), 160, 40)
	d.shows("no data lies here yet", "stedi --demo", "customer/landing")
}
