package pipeline_test

import (
	"strings"
	"testing"

	"stedi/pipeline"
)

// diamond is a lake of a landing table, two tables that read it, and one that
// reads both.
func diamond() *pipeline.Lake {
	table := func(name, zone string, inputs ...string) *pipeline.Table {
		t := &pipeline.Table{Name: name, Zone: zone, Path: name}
		if len(inputs) > 0 {
			t.Transform = &pipeline.Transform{Inputs: inputs}
		}
		return t
	}
	return &pipeline.Lake{Tables: []*pipeline.Table{
		table("readings", "landing"), table("people", "landing"),
		table("clean", "trusted", "readings"), table("known", "trusted", "people"), table("joined", "curated", "clean", "known"),
	}}
}

func TestSelectorsChooseTablesInTheOrderOfTheLake(t *testing.T) {
	for _, c := range []struct{ selectors, build, named string }{
		{"", "clean known joined", "readings people clean known joined"},
		{"joined clean", "clean joined", "clean joined"},
		{"+joined", "clean known joined", "readings people clean known joined"},
		{"+clean", "clean", "readings clean"},
		{"readings+", "clean joined", "readings clean joined"},
		{"zone:trusted", "clean known", "clean known"},
		{"zone:curated +known", "known joined", "people known joined"},
	} {
		names := func(tables []*pipeline.Table, err error) string {
			if err != nil {
				return err.Error()
			}
			var all []string
			for _, table := range tables {
				all = append(all, table.Name)
			}
			return strings.Join(all, " ")
		}
		if got := names(diamond().Select(strings.Fields(c.selectors))); got != c.build {
			t.Errorf("%q builds %s, want %s", c.selectors, got, c.build)
		}
		if got := names(diamond().Named(strings.Fields(c.selectors))); got != c.named {
			t.Errorf("%q names %s, want %s", c.selectors, got, c.named)
		}
	}
}

func TestASelectorThatChoosesNothingHasAFix(t *testing.T) {
	for selector, want := range map[string]string{
		"reading":      "Did you mean readings?",
		"KNWON":        "Did you mean known?",
		"x":            "Tables: readings, people, clean, known, joined.",
		"zone:trust":   "Zones: landing, trusted, curated.",
		"readings":     "Add a '+'",
		"zone:landing": "Add a '+'",
	} {
		_, err := diamond().Select([]string{selector})
		if pipeline.KindOf(err) != pipeline.BadUsage || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", selector, err, want)
		}
	}
}
