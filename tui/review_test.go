package tui

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stedi/pipeline/review"
)

// marked is a file of a submission. Its lines would harm a terminal if they
// reached it as they are.
const marked = "import sys\nframe = read(\"s3://b/customer/landing/\") # \x1b[2J\nkept = Filter.apply(frame=frame)\n\tsink.writeFrame(kept)\n"

// submissions are the targets that the tests review.
func submissions() []*review.Target {
	rows, exploded := int64(482), int64(40_981)
	source := func(file string) string {
		if file == "jobs/customer.py" {
			return marked
		}
		return ""
	}
	return []*review.Target{
		{
			Target: "subs/alice", Version: "v2", Source: source,
			Tables: []review.Table{{
				Table: "customer_trusted", Scripts: []string{"jobs/customer.py"}, Understood: true, Rows: &exploded, RowsOnRightInputs: &rows, Expected: 482,
				Claimed: []review.Claim{{Rows: 482, Where: "customer_trusted.png", Read: true}},
				Funnel:  []review.Stage{{Name: "read", Rows: 956}, {Name: "kept", Rows: 40_981}},
			}},
			Items: []review.Item{
				{ID: "ddl.present", Result: review.Pass, Message: "three files", Title: "DDL"},
				{ID: "script.rows.customer_trusted", Result: review.Fail, Where: "jobs/customer.py:3", Message: "the code gives 40,981 rows", Feedback: "Remove the duplicates.", Title: "Rows", Table: "customer_trusted", Code: []string{"   2  frame", "   3  kept", "   4  sink"}},
				{ID: "pictures", Result: review.Unknown, Where: "customer\x1b[31m.png", Message: "look at it", Title: "Pictures"},
			},
		},
		{
			Target: "subs/bob", Version: "v2", Source: source, Tables: []review.Table{},
			Items: []review.Item{
				{ID: "script.present", Result: review.Fail, Message: "no script", Title: "Scripts"},
				{ID: "secrets", Result: review.Warn, Where: "jobs/customer.py:1", Message: "a key", Title: "Secrets"},
			},
		},
	}
}

// desk is a reviewer's desk: its reviews, and the notes that were saved.
type desk struct {
	targets []*review.Target
	saved   map[string]review.TargetNotes
	unsaved error
	unread  error
	failed  error
	closed  int
}

func (k *desk) Close() error { k.closed++; return nil }

func (k *desk) reviews() *Reviews {
	return &Reviews{
		Expand: strings.Fields,
		Review: func(_ context.Context, targets []string, done func(int, *review.Target)) (io.Closer, error) {
			if k.failed != nil {
				return nil, k.failed
			}
			for n, name := range targets {
				for _, t := range k.targets {
					if t.Target == name {
						one := *t
						one.Items = slices.Clone(t.Items)
						done(n, &one)
					}
				}
			}
			return k, nil
		},
		Notes: func(target string) (review.TargetNotes, error) { return k.saved[target], k.unread },
		Save: func(target string, notes review.TargetNotes) (string, error) {
			if k.unsaved == nil {
				k.saved[target] = notes
			}
			return "subs/stedi-review.json", k.unsaved
		},
		Write: func(w io.Writer, name string, r *review.Report) error {
			if !strings.HasSuffix(name, ".json") {
				return errors.New("the name must end in .json")
			}
			return json.NewEncoder(w).Encode(r)
		},
	}
}

func newDesk() *desk {
	return &desk{targets: submissions(), saved: map[string]review.TargetNotes{}}
}

// reviewing opens the screen with both submissions, without a lake.
func reviewing(t *testing.T, k *desk) (*driver, Options) {
	t.Helper()
	w := newWorld(t, "sample")
	o := w.options(t)
	o.Open, o.Lake, o.Engine, o.Reviews = nil, "no lake", "", k.reviews()
	o.Reviews.Targets = []string{"subs/alice", "subs/bob"}
	d := start(t, o, 120, 36)
	d.settle()
	return d, o
}

func (d *driver) note(pressed, text string) {
	d.Helper()
	d.press(pressed)
	d.write(text)
	d.press("enter")
}

func TestFailingItemsAreWalkedThroughAcrossTargets(t *testing.T) {
	d, _ := reviewing(t, newDesk())
	v := d.reviewView()
	var got []string
	for _, key := range []string{"", "n", "n", "N", "N", "]", "down", "n", "["} {
		if key != "" {
			d.press(key)
		}
		got = append(got, fmt.Sprintf("%d %s", v.targets.At(), v.item().ID))
	}
	want := []string{
		"0 script.rows.customer_trusted", "1 script.present", "0 script.rows.customer_trusted", "1 script.present", "0 script.rows.customer_trusted",
		"1 script.present", "1 secrets", "0 script.rows.customer_trusted", "1 script.present",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	d.press("a")
	if items := v.listed(); len(items) != 1 || items[0].Result != review.Fail {
		t.Errorf("failures only: %v", items)
	}
}

func TestNotesAndOverridesAreSavedAndReported(t *testing.T) {
	k := newDesk()
	d, o := reviewing(t, k)
	d.note("i", "asked by mail")
	d.press("u", "p")
	d.write("accepted in class")
	d.press("enter")
	d.note("alt+i", "second attempt")
	d.settle()
	want := review.TargetNotes{Note: "second attempt", Items: map[string]review.ItemNote{"script.rows.customer_trusted": {
		Note: "asked by mail", Result: review.Pass, Reason: "accepted in class", OnResult: review.Fail, OnMessage: "the code gives 40,981 rows",
	}}}
	if got := k.saved["subs/alice"]; got.Note != want.Note || len(got.Items) != 1 || got.Items["script.rows.customer_trusted"] != want.Items["script.rows.customer_trusted"] {
		t.Errorf("saved %+v", got)
	}
	d.shows("● reviewer: pass, not fail: accepted in class; note: asked by", "● on the target: second attempt")

	d.note("e", "report.md") // the text of the prompt comes before it
	d.press("e")
	d.press("ctrl+u")
	d.write("review.json")
	d.press("enter")
	d.settle()
	text, err := os.ReadFile(filepath.Join(o.Folder, "review.json"))
	must(t, err)
	for _, part := range []string{`"reviewer_note":"second attempt"`, `"reviewer":{"was":"fail","result":"pass","reason":"accepted in class","note":"asked by mail"}`} {
		if !strings.Contains(string(text), part) {
			t.Errorf("the report lacks %s: %s", part, text)
		}
	}

	d.press("u", "r") // removes the override and keeps the note
	d.settle()
	if got := k.saved["subs/alice"].Items["script.rows.customer_trusted"]; got != (review.ItemNote{Note: "asked by mail"}) {
		t.Errorf("without the override: %+v", got)
	}
	d.press("u", "p", "enter")
	d.shows("an override needs a reason")
}

func TestNotesThatCannotBeSavedAreNotLost(t *testing.T) {
	k := newDesk()
	d, _ := reviewing(t, k)
	k.unsaved = errors.New("the disk is full")
	d.note("alt+i", "keep this")
	d.settle()
	d.shows("the notes were not saved")
	d.press("v")
	d.shows("not saved yet")
	k.unsaved = nil
	must(t, d.Close())
	if k.saved["subs/alice"].Note != "keep this" {
		t.Errorf("saved %+v", k.saved)
	}
	if k.closed != 1 {
		t.Errorf("the review was closed %d times", k.closed)
	}
}

func TestNotesThatCannotBeReadAreNotOverwritten(t *testing.T) {
	k := newDesk()
	k.unread = errors.New("it is no JSON")
	d, _ := reviewing(t, k)
	d.shows("the reviewer's notes cannot be read: it is no JSON")
	d.note("alt+i", "lost")
	d.settle()
	d.shows("not noted")
	if len(k.saved) > 0 {
		t.Errorf("saved %+v", k.saved)
	}
}

func TestAReviewThatFailsSaysWhy(t *testing.T) {
	k := newDesk()
	k.failed = errors.New("there is no memory")
	d, _ := reviewing(t, k)
	d.shows("not reviewed: there is no memory", "the review failed")
}

func TestThePaletteReviewsAPath(t *testing.T) {
	k := newDesk()
	d, _ := reviewing(t, k)
	d.press("1")
	d.shows("no lake is open")
	d.press(":")
	d.write("review subs/bob")
	d.press("enter")
	d.settle()
	if v := d.reviewView(); d.current != reviewScreen || len(v.all) != 1 || v.all[0].found == nil || k.closed != 1 {
		t.Errorf("%d, %+v, closed %d times", d.current, v.all, k.closed)
	}
}

// judging shows the review screen in a scene.
func judging(more ...string) func(*testing.T, *world, *driver) {
	return func(t *testing.T, _ *world, d *driver) {
		t.Helper()
		d.options.Reviews = newDesk().reviews()
		d.press(":")
		d.write("review subs/alice subs/bob")
		d.press(append([]string{"enter"}, more...)...)
	}
}
