package review

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// NotesSchema is the schema of a file with a reviewer's notes.
const NotesSchema = "stedi.review-notes/1"

// NotesFile is the usual name of that file. It is beside the targets, not in
// them, so that a submission cannot judge itself.
const NotesFile = "stedi-review.json"

// Notes are a reviewer's notes and overrides, by the name of the target.
type Notes struct {
	Schema  string                 `json:"schema"`
	Targets map[string]TargetNotes `json:"targets"`
}

// TargetNotes are the notes on a target.
type TargetNotes struct {
	Note  string              `json:"note,omitempty"`
	Items map[string]ItemNote `json:"items,omitempty"` // by id
}

// ItemNote is the note on an item, and what the reviewer decided instead of the
// result that was found.
type ItemNote struct {
	Note   string `json:"note,omitempty"`
	Result Result `json:"result,omitempty"` // "": the result is not overridden
	Reason string `json:"reason,omitempty"`
	// OnResult and OnMessage are the finding that was overridden. An override does
	// not apply to another finding, such as that of a later submission.
	OnResult  Result `json:"on_result,omitempty"`
	OnMessage string `json:"on_message,omitempty"`
}

// Decision is what the reviewer says of an item of a report.
type Decision struct {
	Was      Result `json:"was"`                // the result that the program found
	Result   Result `json:"result,omitempty"`   // what the reviewer decided; "": nothing
	Reason   string `json:"reason,omitempty"`   // why
	Note     string `json:"note,omitempty"`     // on the item
	Outdated bool   `json:"outdated,omitempty"` // the decision was about another finding and does not apply
}

// The most that a note may have.
const (
	NoteMost  = 4_000
	notesMost = 16 << 20
)

// ReadNotes reads a file with notes.
func ReadNotes(r io.Reader) (*Notes, error) {
	data, err := io.ReadAll(io.LimitReader(r, notesMost+1))
	if err != nil {
		return nil, err
	}
	if len(data) > notesMost {
		return nil, fmt.Errorf("it has more than %d bytes", notesMost)
	}
	n := &Notes{}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(n); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is text after the JSON object")
	}
	if n.Schema != NotesSchema {
		return nil, fmt.Errorf("its schema is %q, expected %q", n.Schema, NotesSchema)
	}
	return n, n.check()
}

func (n *Notes) check() error {
	for target, notes := range n.Targets {
		for id, note := range notes.Items {
			if note.Result != "" && !slices.Contains(Results(), note.Result) {
				return fmt.Errorf("targets %q, item %q: result %q is none of %s", target, id, note.Result, resultNames())
			}
			if note.Result != "" && strings.TrimSpace(note.Reason) == "" {
				return fmt.Errorf("targets %q, item %q: an override needs a reason", target, id)
			}
			if max(len(note.Note), len(note.Reason), len(notes.Note)) > NoteMost*utf8.UTFMax {
				return fmt.Errorf("targets %q, item %q: a note has at most %d characters", target, id, NoteMost)
			}
		}
	}
	return nil
}

// Results are the results of items, the worst first.
func Results() []Result { return []Result{Fail, Warn, Unknown, Pass} }

func resultNames() string {
	var names []string
	for _, r := range Results() {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}

// Write writes the notes.
func (n *Notes) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(n)
}

// Empty reports whether there is nothing to save.
func (n TargetNotes) Empty() bool { return n.Note == "" && len(n.Items) == 0 }

// With returns the notes with another note on an item. The zero note removes it.
func (n TargetNotes) With(id string, note ItemNote) TargetNotes {
	items := map[string]ItemNote{}
	maps.Copy(items, n.Items)
	if note == (ItemNote{}) {
		delete(items, id)
	} else {
		items[id] = note
	}
	n.Items = items
	return n
}

// Found returns the result that the program found.
func (i *Item) Found() Result {
	if i.Reviewer != nil {
		return i.Reviewer.Was
	}
	return i.Result
}

// Apply puts notes into a review, in place of those that it has.
func (t *Target) Apply(notes TargetNotes) {
	t.Note, t.Unplaced = notes.Note, nil
	placed := map[string]bool{}
	for i := range t.Items {
		item := &t.Items[i]
		item.Result, item.Reviewer = item.Found(), nil
		note, ok := notes.Items[item.ID]
		if !ok {
			continue
		}
		placed[item.ID] = true
		item.Reviewer = &Decision{Was: item.Result, Note: note.Note}
		if note.Result == "" {
			continue
		}
		d := item.Reviewer
		d.Result, d.Reason = note.Result, note.Reason
		if d.Outdated = note.OnResult != item.Result || note.OnMessage != item.Message; !d.Outdated {
			item.Result = note.Result
		}
	}
	for id := range notes.Items {
		if !placed[id] {
			t.Unplaced = append(t.Unplaced, id)
		}
	}
	slices.Sort(t.Unplaced)
}

// Sentence says what a reviewer decided and noted, for reports; "" is nothing.
func (d *Decision) Sentence() string {
	if d == nil {
		return ""
	}
	var parts []string
	switch {
	case d.Result == "":
	case d.Outdated:
		parts = append(parts, fmt.Sprintf("an override to %s does not apply, because the finding has changed (%s)", d.Result, d.Reason))
	default:
		parts = append(parts, fmt.Sprintf("%s, not %s: %s", d.Result, d.Was, d.Reason))
	}
	if d.Note != "" {
		parts = append(parts, "note: "+d.Note)
	}
	return strings.Join(parts, "; ")
}
