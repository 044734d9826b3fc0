package run_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/dir"
	"stedi/pipeline/laketest"
	"stedi/pipeline/run"
)

func TestARunMakesWhatTheSQLSays(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	record, err := w.Run(t, pipeline.RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.Read(t, "turnover/part-00000.json"); got != "{\"person\":1,\"total\":3.5}\n" {
		t.Errorf("turnover is %q", got)
	}
	want := []pipeline.StageRows{{Name: "people", Rows: 4}, {Name: "named", Rows: 3}, {Name: "known", Rows: 2}}
	if got := record.Step("known").Funnel; !slices.Equal(got, want) {
		t.Errorf("known came about as %v, want %v", got, want)
	}
	if record.Status != "ok" || record.Table("people").Rows != 4 || record.Table("turnover").Rows != 1 {
		t.Errorf("the record says %+v", record)
	}
}

func TestOnlyWhatIsOutOfDateRuns(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	if _, err := w.Run(t, pipeline.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		change  func()
		options pipeline.RunOptions
		want    string
	}{
		{"nothing changed", func() {}, pipeline.RunOptions{}, "bought up to date, known up to date, names up to date, turnover up to date"},
		{"a landing file changed", func() { w.Write(t, "orders/landing/1.json", "{\"person\":3,\"total\":9}\n") }, pipeline.RunOptions{}, "bought published, known up to date, names up to date, turnover published"},
		{"a landing file came", func() { w.Write(t, "people/landing/2.json", "{\"id\":9,\"name\":\"Ida\"}\n") }, pipeline.RunOptions{}, "bought published, known published, names published, turnover published"},
		{"the SQL changed", func() { w.Runner.Lake.Table("names").Transform.SQL += " " }, pipeline.RunOptions{}, "bought up to date, known up to date, names published, turnover up to date"},
		{"an output is gone", func() { _ = os.RemoveAll(filepath.Join(w.Root, "turnover")) }, pipeline.RunOptions{}, "bought up to date, known up to date, names up to date, turnover published"},
		{"forced", func() {}, pipeline.RunOptions{Force: true, Select: []string{"names"}}, "names published"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.change()
			record, err := w.Run(t, c.options)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Split(laketest.States(record), ", ")
			slices.Sort(got)
			if strings.Join(got, ", ") != c.want {
				t.Errorf("got %s, want %s", strings.Join(got, ", "), c.want)
			}
		})
	}
}

func TestAFailedStepTakesItsDependentsAndNothingElse(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	w.Write(t, "orders/landing/2.json", "{\"person\":\"one\",\"total\":1}\n")
	record, err := w.Run(t, pipeline.RunOptions{})
	if pipeline.KindOf(err) != pipeline.BadData || record.ExitCode != 1 || record.Status != "data_failed" {
		t.Errorf("it ends with %v, %+v", err, record)
	}
	got := strings.Split(laketest.States(record), ", ")
	slices.Sort(got)
	if want := "bought failed, known published, names published, turnover skipped"; strings.Join(got, ", ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if reason := record.Step("turnover").Reason; reason != "bought failed" {
		t.Errorf("turnover was skipped because %q", reason)
	}
	if text := err.Error(); !strings.Contains(text, "orders/landing/2.json:1:") || strings.Contains(text, "one\"") {
		t.Errorf("the message is %q", text)
	}
}

func TestARunThatIsCancelledSaysSoAndTheNextGoesOn(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	ctx, cancel := context.WithCancel(t.Context())
	record, err := run.Run(ctx, w.Runner, pipeline.RunOptions{}, func(e pipeline.Event) {
		if e.Step == "known" && e.State == pipeline.Published {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || record.Status != "cancelled" || record.ExitCode != 130 {
		t.Errorf("it ends with %v, %s, %d", err, record.Status, record.ExitCode)
	}
	if record, err = w.Run(t, pipeline.RunOptions{}); err != nil || record.Step("known").State != pipeline.UpToDate {
		t.Errorf("the next run: %v, %s", err, laketest.States(record))
	}
}

func TestRunIDsGoForwardWhateverTheClockDoes(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	var ids []string
	for _, back := range []time.Duration{0, time.Hour, 24 * time.Hour} {
		w.Clock = w.Clock.Add(-back)
		record, err := w.Run(t, pipeline.RunOptions{})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, record.Run)
	}
	if !slices.IsSorted(ids) || len(slices.Compact(ids)) != 3 {
		t.Errorf("got %v", ids)
	}
}

func TestFilesThatChangeWhileTheyAreReadStopTheStep(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	w.Runner.Engine = watchedEngine{w.Runner.Engine, func(table string) {
		if table == "bought" {
			w.Write(t, "orders/landing/2.json", "{\"person\":1,\"total\":1}\n")
		}
	}}
	record, err := w.Run(t, pipeline.RunOptions{})
	if pipeline.KindOf(err) != pipeline.BadEngine || !strings.Contains(err.Error(), "changed while") {
		t.Errorf("it ends with %v, %s", err, laketest.States(record))
	}
	if w.Read(t, "orders/trusted/part-00000.json") != "" {
		t.Error("something was published")
	}
}

func TestAReadOnlyLakeIsRefusedBeforeAnyWork(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	w.Fault = func(op dir.Op) error {
		if op.Kind != dir.KindOpen {
			return fs.ErrPermission
		}
		return nil
	}
	if _, err := w.Run(t, pipeline.RunOptions{}); pipeline.KindOf(err) != pipeline.Denied {
		t.Errorf("it ends with %v", err)
	}
	if left, err := os.ReadDir(filepath.Join(w.Root, ".stedi")); len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// The record is in the lake from the start, so that a killed run leaves a
// trace.
func TestTheRecordIsThereFromTheStart(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	looked := false
	_, err := run.Run(t.Context(), w.Runner, pipeline.RunOptions{}, func(e pipeline.Event) {
		if looked {
			return
		}
		looked = true
		if text := w.Read(t, ".stedi/runs/"+e.Run+"/run.json"); !strings.Contains(text, `"status": "running"`) {
			t.Errorf("during the run its record says %s", text)
		}
	})
	if err != nil || !looked {
		t.Fatal(err, looked)
	}
}

func TestSeveralFailuresEndWithTheWorst(t *testing.T) {
	data := pipeline.Fail(pipeline.BadData, "a", "", "wrong")
	service := pipeline.Fail(pipeline.BadEngine, "b", "", "down")
	for _, c := range []struct {
		err  error
		want pipeline.Kind
	}{
		{nil, pipeline.Done},
		{errors.Join(data, service), pipeline.BadEngine},
		{errors.Join(errors.Join(service, data), data), pipeline.BadEngine},
		{errors.New("anything"), pipeline.BadEngine},
		{&pipeline.LockedError{}, pipeline.Conflict},
		{context.Canceled, pipeline.Cancelled},
	} {
		if got := pipeline.KindOf(c.err); got != c.want {
			t.Errorf("%v: got %d, want %d", c.err, got, c.want)
		}
	}
}

func TestNothingIsStartedAfterAFailureIfThatIsAskedFor(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	w.Write(t, "orders/landing/1.json", "{\"person\":\"one\"}\n")
	record, err := w.Run(t, pipeline.RunOptions{FailFast: true})
	if pipeline.KindOf(err) != pipeline.BadData {
		t.Fatal(err)
	}
	failed := false
	for _, s := range record.Steps {
		switch {
		case s.State == pipeline.Failed:
			failed = true
		case failed && (s.State != pipeline.Skipped || s.Reason == ""):
			t.Errorf("%s is %s after the failure: %s", s.Table, s.State, s.Reason)
		}
	}
	if names := record.Step("names"); names == nil || names.State != pipeline.Skipped {
		t.Errorf("what does not need the failed step is %+v", names)
	}
}

func TestARunWhoseTimeIsUpSaysSo(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	for _, at := range []pipeline.State{pipeline.Waiting, pipeline.Running, pipeline.Published} {
		ctx, cancel := context.WithCancelCause(t.Context())
		w.Clock = w.Clock.Add(time.Minute)
		record, err := run.Run(ctx, w.Runner, pipeline.RunOptions{Force: true}, func(e pipeline.Event) {
			if e.State == at && e.Step != "" {
				cancel(pipeline.Fail(pipeline.BadEngine, "", "Take longer.", "the time is up"))
			}
		})
		if pipeline.KindOf(err) != pipeline.BadEngine || record.ExitCode != 3 || record.Error != "the time is up\n  Take longer." {
			t.Errorf("at %s: %v; the record says %d, %q", at, err, record.ExitCode, record.Error)
		}
		if errors.Is(err, context.Canceled) || !strings.Contains(laketest.States(record), "cancelled") {
			t.Errorf("at %s: %v, %s", at, err, laketest.States(record))
		}
	}
	if _, err := w.Run(t, pipeline.RunOptions{}); err != nil {
		t.Errorf("the next run: %v", err)
	}
}
