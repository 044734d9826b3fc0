package review

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

func TestAnOverrideAppliesToItsFindingOnly(t *testing.T) {
	override := ItemNote{Result: Pass, Reason: "accepted", OnResult: Fail, OnMessage: "no such table"}
	for _, c := range []struct {
		name  string
		item  Item
		note  ItemNote
		want  Result
		says  string
		stale bool
	}{
		{"same finding", Item{ID: "a", Result: Fail, Message: "no such table"}, override, Pass, "pass, not fail: accepted", false},
		{"other message", Item{ID: "a", Result: Fail, Message: "no such column"}, override, Fail, "an override to pass does not apply, because the finding has changed (accepted)", true},
		{"other result", Item{ID: "a", Result: Warn, Message: "no such table"}, override, Warn, "an override to pass does not apply, because the finding has changed (accepted)", true},
		{"a note alone", Item{ID: "a", Result: Warn, Message: "m"}, ItemNote{Note: "seen"}, Warn, "note: seen", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := &Target{Items: []Item{c.item}}
			notes := TargetNotes{Note: "good", Items: map[string]ItemNote{"a": c.note, "gone": {Note: "x"}}}
			for range 2 { // applying again changes nothing
				target.Apply(notes)
			}
			item := target.Items[0]
			if item.Result != c.want || item.Reviewer.Sentence() != c.says || item.Reviewer.Outdated != c.stale || item.Found() != c.item.Result {
				t.Errorf("%+v, %q", item, item.Reviewer.Sentence())
			}
			if target.Note != "good" || !reflect.DeepEqual(target.Unplaced, []string{"gone"}) {
				t.Errorf("%+v", target)
			}
			target.Apply(TargetNotes{})
			if target.Items[0].Result != c.item.Result || target.Items[0].Reviewer != nil || target.Note != "" || target.Unplaced != nil {
				t.Errorf("without notes: %+v", target)
			}
		})
	}
}

func TestNotesThatCannotBeUsed(t *testing.T) {
	for text, want := range map[string]string{
		``:                                    "EOF",
		`{}`:                                  `schema is "", expected`,
		`{"schema":"stedi.review-notes/1"} x`: "text after",
		`{"schema":"stedi.review-notes/1","colour":1}`:                                                     "unknown field",
		`{"schema":"stedi.review-notes/1","targets":{"a":{"items":{"b":{"result":"good","reason":"r"}}}}}`: "none of fail, warn, unknown, pass",
		`{"schema":"stedi.review-notes/1","targets":{"a":{"items":{"b":{"result":"pass","reason":" "}}}}}`: "needs a reason",
	} {
		if _, err := ReadNotes(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Notes that are read are written so that they are read again.
func FuzzNotes(f *testing.F) {
	f.Add(`{"schema":"stedi.review-notes/1","targets":{"a":{"note":"n","items":{"b":{"result":"pass","reason":"r","on_result":"fail","on_message":"m"}}}}}`)
	f.Add(`{"schema":"stedi.review-notes/1","targets":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		n, err := ReadNotes(strings.NewReader(text))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := n.Write(&b); err != nil {
			t.Fatal(err)
		}
		again, err := ReadNotes(&b)
		if err != nil {
			t.Fatal(err)
		}
		for target, notes := range n.Targets {
			if len(again.Targets[target].Items) != len(notes.Items) || again.Targets[target].Note != notes.Note {
				t.Errorf("%q: %+v, then %+v", target, notes, again.Targets[target])
			}
		}
	})
}
