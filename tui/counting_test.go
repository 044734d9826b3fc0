package tui

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

func TestRowsThatNoRunHasReadAreCounted(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	d := start(t, w.options(t), 120, 36)
	d.shows("accelerometer_landing       164", "customer_landing             24", "step_trainer_landing         96")
	name := filepath.Join(w.root, "customer", "landing", "more.json")
	must(t, os.WriteFile(name, []byte(`{"customerName":"A","email":"a@example.com","serialNumber":"1"}`+"\n"), 0o600))
	d.press("ctrl+l")
	d.shows("customer_landing             25")
}

func TestRowsThatLieFarAwayAreNotFetchedToCountThem(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	o := w.options(t)
	open := o.Open
	o.Open = func(ctx context.Context) (*Workspace, error) {
		place, err := open(ctx)
		place.Far = true
		return place, err
	}
	d := start(t, o, 120, 36)
	d.shows("accelerometer_landing         ?")
}

func TestRejectedLinesAreNamedWhereStatsAreMissing(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	spoil(t, w)
	d := start(t, w.options(t), 120, 36)
	d.press("down")
	d.shows("no stats: 2 of 24 lines rejected, 0 ")
	d.hides("cannot be described")
	d.press("R", "esc")
	d.shows("2 of 24 lines rejected, 0 allowed: ", "customer-00001.json:3:41")
	d.hides("of customer_landing left out")
}
