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
	d.shows("the lake is not open: press ! for details")
}

func TestARunThatFailedForSomeLinesIsRunAgainWithoutThem(t *testing.T) {
	w := newWorld(t, "sample")
	files, err := filepath.Glob(filepath.Join(w.root, "customer", "landing", "*.json"))
	must(t, err)
	text, err := os.ReadFile(files[0])
	must(t, err)
	must(t, os.WriteFile(files[0], append([]byte("{\"email\":\n[]\n"), text...), 0o600))
	w.open(t)
	d := start(t, w.options(t), 120, 36)
	d.press("R", "!")
	d.shows("customer_trusted failed; no table was written", "FIX    Fix these lines", "w  run again without those lines (--max-rejects 2)", ":1:10: email: the line ends inside the object")
	d.press("w")
	d.shows("5 tables built")
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
	d.shows("This lake is empty.", "stedi --demo", "customer/landing")
	d.press("R")
	d.shows("R run all: the lake is empty")
	d.press("v")
	d.shows("v check: the lake is empty")
}

func TestALakeThatDisappearsIsAnErrorUntilItIsBack(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	o := w.options(t)
	d := start(t, o, 120, 36)
	d.shows("customer_landing")
	d.place.Check = func(context.Context, []string) (*pipeline.Record, error) {
		return nil, pipeline.Fail(pipeline.BadEngine, "", "", "the folder is not there")
	}
	must(t, os.Rename(w.root, w.root+"-moved"))
	d.do(d.lookAgain())
	d.settle()
	d.shows("the lake cannot be read")
	d.hides("no data yet")
	d.press("!")
	d.shows("WHY    lake ", "folder no longer exists", "FIX    Put the folder back")
	d.press("x")
	d.do(d.lookAgain())
	d.settle()
	d.hides("the lake cannot be read") // the failure was dismissed
	d.press("v")
	d.shows("the lake cannot be checked")
	d.hides("checking …")
	must(t, os.Rename(w.root+"-moved", w.root))
	d.do(d.lookAgain())
	d.settle()
	d.press("!", "x")
	d.shows("customer_landing")
	d.hides("cannot be")
}

func TestAnEmptyLakeSaysBeforeARunThatDataComesFirst(t *testing.T) {
	w := newWorld(t, "sample")
	must(t, os.RemoveAll(w.root))
	must(t, os.Mkdir(w.root, 0o700))
	w.open(t)
	d := start(t, w.options(t), 40, 12)
	for _, screen := range []string{"2", "5"} {
		d.press(screen)
		d.shows("no data yet: 1 says where to put it")
	}
	d.press("!")
	d.shows("ⓘ no errors")
}
