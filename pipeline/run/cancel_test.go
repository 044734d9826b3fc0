package run_test

import (
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/laketest"
	"stedi/pipeline/run"
)

func TestACancelledStepTakesOnlyWhatNeedsItWithIt(t *testing.T) {
	for name, cancelAt := range map[string]string{"before it begins": "known", "while it runs": "bought"} {
		t.Run(name, func(t *testing.T) {
			w := laketest.New(t, laketest.Orders)
			cancels := make(chan string, 1)
			record, err := run.Run(t.Context(), w.Runner, pipeline.RunOptions{Cancel: cancels}, func(e pipeline.Event) {
				if e.Step == cancelAt && e.State == pipeline.Running && e.Progress == nil {
					cancels <- "bought"
				}
			})
			if err == nil || record.Status != "cancelled" {
				t.Errorf("the run is %s: %v", record.Status, err)
			}
			if got := laketest.States(record); got != "known published, bought cancelled, turnover skipped, names published" &&
				got != "known published, bought cancelled, names published, turnover skipped" {
				t.Errorf("the steps: %s", got)
			}
			if again, err := w.Run(t, pipeline.RunOptions{}); err != nil || again.Step("turnover").State != pipeline.Published {
				t.Errorf("the next run does not go on: %v", err)
			}
		})
	}
}
