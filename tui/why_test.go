package tui

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAFailedCheckShowsTheCauseOfTheWrongTable(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	w.diagnose = true
	landing, err := filepath.Glob(filepath.Join(w.root, "customer", "landing", "*"))
	must(t, err)
	rows, err := os.ReadFile(landing[0])
	must(t, err)
	must(t, os.WriteFile(filepath.Join(w.root, "customer", "trusted", "part-00000.json"), rows, 0o600))
	d := start(t, w.options(t), 120, 40)
	d.press("4", "v")
	d.until("a cause", func() bool { return d.why != nil })
	if first := d.firstWrong(); first == nil || first.Table != "customer_trusted" || len(first.Causes) == 0 || first.Causes[0].ID != "no_consent_filter" {
		t.Fatalf("first wrong table: %+v", first)
	}
	checks, ok := d.screens[checksScreen].(*checksView)
	if !ok {
		t.Fatal("the checks screen is missing")
	}
	d.press("g")
	for range 40 {
		if line, ok := checks.current(); ok && line.table.Name == "customer_trusted" {
			break
		}
		d.press("down")
	}
	d.shows(d.diagnosis("customer_trusted").Causes[0].Title)
	d.press("w")
	d.shows("WHY customer_trusted", "no_consent_filter", "→ ")
	d.press("esc", "1")
	d.shows("→✗")
	d.press("4", "V")
	d.shows("proof customer_trusted")
	d.until("the row that only the mistake returns", func() bool { return strings.Contains(d.screen(), "email-1") })
	d.press("4", "w")
	d.shows("V query the proof")
	d.press("V")
	d.shows("proof customer_trusted")
	d.press("4", "W")
	d.shows("why customer_trusted")
	d.until("the differing rows", func() bool { return strings.Contains(d.screen(), "extra") })
}

func TestLeavingCancelsTheSearchForACause(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	w.diagnose, w.searching = true, make(chan context.Context, 1)
	must(t, os.WriteFile(filepath.Join(w.root, "customer", "trusted", "part-00000.json"), nil, 0o600))
	d := start(t, w.options(t), 120, 40)
	d.press("4")
	for _, c := range []struct {
		begin string
		over  []string
		end   string
	}{
		{"w", nil, "esc"},
		{"v", []string{"esc"}, "c"}, // a check that fails is followed by a search
	} {
		d.take(keyPress(t, c.begin))
		d.held = 1
		d.until("a search", d.diagnosing.Working)
		ctx := <-w.searching
		d.press(c.over...)
		d.held = 0
		d.press(c.end)
		<-ctx.Done()
		if d.diagnosing.Working() {
			t.Errorf("after %s the search still counts", c.end)
		}
	}
	d.shows("the search for the cause was cancelled")
}
