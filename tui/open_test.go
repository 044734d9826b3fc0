package tui

import (
	"context"
	"os"
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

func TestAnEmptyLakeSaysWhatBelongsThere(t *testing.T) {
	w := newWorld(t, "sample")
	must(t, os.RemoveAll(w.root))
	must(t, os.Mkdir(w.root, 0o700))
	w.open(t)
	d := start(t, w.options(t), 160, 40)
	d.shows("no data lies here yet", "stedi --demo", "customer/landing")
}
