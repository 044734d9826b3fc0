package run_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/dir"
	"stedi/pipeline/laketest"
	"stedi/pipeline/report"
)

func TestAFileThatCannotBeReadIsReportedOnce(t *testing.T) {
	w := laketest.New(t, laketest.OrdersWith(map[string]string{
		"transforms/everybody.sql": "-- zone: trusted\n-- path: everybody\nSELECT p.id FROM people AS p",
	}))
	w.Fault = unreadable("people/landing/1.json")
	record, err := w.Run(t, pipeline.RunOptions{Check: true})
	for _, text := range []string{err.Error(), record.Error} {
		if strings.Count(text, "permission denied") != 1 || strings.Count(text, "open ") != 1 || pipeline.KindOf(err) != pipeline.Denied {
			t.Errorf("got %q", text)
		}
	}
	if got := laketest.States(record); !strings.Contains(got, "known failed") || !strings.Contains(got, "everybody skipped") {
		t.Errorf("the steps are %s", got)
	}
	if summary := string(report.Summary(record)); !strings.Contains(summary, "| landing | people |  |") {
		t.Errorf("the summary is %s", summary)
	}
	if people, orders := record.Table("people"), record.Table("orders"); people.IsCounted() || people.Files != 1 || !orders.IsCounted() || orders.Rows == 0 {
		t.Errorf("the record has %+v and %+v", people, orders)
	}
}

func TestTwoFilesThatCannotBeReadAreBothReported(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	w.Fault = unreadable("landing/1.json")
	_, err := w.Run(t, pipeline.RunOptions{Select: []string{"known"}})
	if err == nil || !strings.Contains(err.Error(), "people/landing/1.json: permission denied") || !strings.Contains(err.Error(), "orders/landing/1.json: permission denied") {
		t.Errorf("got %v", err)
	}
}

func unreadable(suffix string) func(dir.Op) error {
	return func(op dir.Op) error {
		if op.Kind == dir.KindOpen && strings.HasSuffix(op.Path, suffix) {
			return syscall.EACCES
		}
		return nil
	}
}

func TestALandingFileThatChangesIsReportedOnceAtAnyMoment(t *testing.T) {
	changes := map[string]func(w *laketest.Lake, path string) error{
		"vanishes": func(_ *laketest.Lake, path string) error { return os.Remove(path) },
		"is cut":   func(_ *laketest.Lake, path string) error { return os.Truncate(path, 10) },
		"grows": func(_ *laketest.Lake, path string) error {
			return os.WriteFile(path, []byte("{\"id\":1}\n{\"id\":"), 0o600)
		},
	}
	moments := map[string]func(w *laketest.Lake, change func()){
		"before it is opened": func(w *laketest.Lake, change func()) {
			w.Fault = func(op dir.Op) error {
				if op.Kind == dir.KindCreate && strings.Contains(op.Path, "staging") && strings.HasSuffix(op.Path, "known.json") {
					change()
				}
				return nil
			}
		},
		"when the engine starts": func(w *laketest.Lake, change func()) {
			w.Runner.Engine = watchedEngine{w.Runner.Engine, func(string) { change() }}
		},
	}
	for what, change := range changes {
		for when, at := range moments {
			t.Run(what+" "+when, func(t *testing.T) {
				w := laketest.New(t, laketest.Orders)
				path := filepath.Join(w.Root, "people/landing/1.json")
				at(w, func() { _ = change(w, path) })
				_, err := w.Run(t, pipeline.RunOptions{Check: true})
				want := "people: the files in people/landing changed while they were read\n  Run again when no other program writes there."
				if pipeline.KindOf(err) != pipeline.BadEngine || err.Error() != want {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}
