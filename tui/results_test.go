package tui

import (
	"strings"
	"testing"

	"stedi/pipeline"
)

func TestAFailureEndsWhenAnotherProcessHasRepairedTheTable(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.failsFor("customer_curated")
	d := start(t, w.options(t), 120, 36)
	d.press("R")
	d.shows("ERROR", "customer_curated: check none failed", "rule: The table is empty.")
	d.press("esc")
	d.shows("press ! for details")
	w.runner.Lake.Checks = w.runner.Lake.Checks[:len(w.runner.Lake.Checks)-1]
	w.make(t)
	d.press("ctrl+l")
	d.hides("press ! for details", "✗ customer_curated")
	if d.failure != nil {
		t.Errorf("the failure is still %+v", d.failure)
	}
}

func TestAFailureStaysWhileTheTableIsWrong(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.failsFor("customer_curated")
	d := start(t, w.options(t), 120, 36)
	d.press("R", "esc")
	w.make(t)
	d.press("ctrl+l")
	d.shows("customer_curated: check none failed", "press ! for details")
}

func TestATransformThatIsWrongIsNamed(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.diagnose = true
	w.failsFor("customer_curated")
	d := start(t, w.options(t), 120, 36)
	d.press("R", "esc", "4")
	d.until("a diagnosis", func() bool { return d.why != nil && !d.diagnosing.Working() })
	d.press("g", "w")
	d.shows("WHY customer_curated", "✗ wrong", "The table is what its transform returns", "→ Correct ")
	d.hides("✓ the table is what")
}

func TestEscClosesTheDifferenceOfTwoRuns(t *testing.T) {
	_, d := withRuns(t, 3)
	d.press("5", "d")
	d.shows("DIFFERENCE")
	d.press("esc")
	d.hides("DIFFERENCE")
	d.shows("─ RUN ─")
}

func TestLinesBecomeASentence(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "",
		"one":                               "one",
		"2 of 9 rejected:\n  a.json:1\n  b": "2 of 9 rejected: a.json:1; b",
		"first.\n\n second \n":              "first. second",
	} {
		if got := oneLine(text); got != want {
			t.Errorf("%q becomes %q, not %q", text, got, want)
		}
	}
}

func TestTheNamesOfStepsComeFirst(t *testing.T) {
	for w := 20; w < 220; w++ {
		c := stepLayout(w, 24)
		ends := []int{c.name, c.state, c.in, c.out, c.elapsed, c.rate, c.eta, c.bar}
		last := 0
		for _, end := range ends {
			if end == 0 {
				continue
			}
			if end <= last || end >= w {
				t.Errorf("%d columns: %v", w, ends)
			}
			last = end
		}
		if w >= 38 && c.name-4 < 24 {
			t.Errorf("%d columns: names have %d", w, c.name-4)
		}
	}
}

func TestACancelledStepSaysHowFarItCame(t *testing.T) {
	for _, c := range []struct {
		reason string
		record *pipeline.StepRecord
		want   string
	}{
		{"customer_trusted will be rebuilt", nil, notStarted},
		{notStarted, &pipeline.StepRecord{Seconds: 2}, notStarted},
		{"forced", &pipeline.StepRecord{Seconds: 2}, "after 2.00 s"},
	} {
		if got := stopReason(c.reason, c.record); !strings.HasPrefix(got, c.want) {
			t.Errorf("%q, not %q", got, c.want)
		}
	}
}
