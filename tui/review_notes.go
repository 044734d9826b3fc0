package tui

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline/review"
	"stedi/tui/ui"
)

// askNote asks for the note on the selected item.
func (v *reviewView) askNote() tea.Cmd {
	n, item := v.targets.At(), v.item()
	id := item.ID
	return v.Ask(&ui.Prompt{Label: "note on " + id + ":", Done: func(text string) tea.Cmd {
		note := v.all[n].notes.Items[id]
		note.Note = strings.TrimSpace(text)
		return v.keep(n, v.all[n].notes.With(id, note))
	}}, v.all[n].notes.Items[id].Note)
}

// askTargetNote asks for the note on the selected target.
func (v *reviewView) askTargetNote() tea.Cmd {
	n := v.targets.At()
	return v.Ask(&ui.Prompt{Label: "note on the target:", Done: func(text string) tea.Cmd {
		notes := v.all[n].notes
		notes.Note = strings.TrimSpace(text)
		return v.keep(n, notes)
	}}, v.all[n].notes.Note)
}

// askOverride asks for another result of the selected item, and for the reason.
func (v *reviewView) askOverride() tea.Cmd {
	n, item := v.targets.At(), *v.item()
	found := item.Found()
	var answers []ui.Answer
	for _, c := range []struct {
		key    string
		result review.Result
	}{{"p", review.Pass}, {"f", review.Fail}, {"w", review.Warn}, {"u", review.Unknown}} {
		if c.result != found {
			answers = append(answers, ui.Answer{Key: c.key, Text: string(c.result), Do: func() tea.Cmd { return v.askReason(n, item, c.result) }})
		}
	}
	if v.all[n].notes.Items[item.ID].Result != "" {
		answers = append(answers, ui.Answer{Key: "r", Text: "remove the override", Do: func() tea.Cmd { return v.override(n, item, "", "") }})
	}
	return v.Open(v.Confirm("Override "+item.ID, "stedi found: "+string(found)+". The reports show your result, marked as the reviewer's.", answers...))
}

func (v *reviewView) askReason(n int, item review.Item, result review.Result) tea.Cmd {
	return v.Ask(&ui.Prompt{Label: string(result) + ", because:", Done: func(text string) tea.Cmd {
		if text = strings.TrimSpace(text); text == "" {
			return v.Toast(ui.Warned, "not overridden: an override needs a reason")
		}
		return v.override(n, item, result, text)
	}}, v.all[n].notes.Items[item.ID].Reason)
}

// override overrides the result of an item; "" removes the override.
func (v *reviewView) override(n int, item review.Item, result review.Result, reason string) tea.Cmd {
	note := review.ItemNote{Note: v.all[n].notes.Items[item.ID].Note}
	if result != "" {
		note.Result, note.Reason, note.OnResult, note.OnMessage = result, reason, item.Found(), item.Message
	}
	return v.keep(n, v.all[n].notes.With(item.ID, note))
}

// keep puts notes into a review, and saves them.
func (v *reviewView) keep(n int, notes review.TargetNotes) tea.Cmd {
	one := &v.all[n]
	if one.unread != "" {
		return v.Toast(ui.Failed, "not noted: the notes cannot be read: "+one.unread)
	}
	if tooLong(notes) {
		return v.Toast(ui.Failed, "not noted: a note has at most "+ui.Count(review.NoteMost)+" characters")
	}
	one.notes, one.dirty = notes, true
	item := v.item()
	one.found.Apply(notes)
	if item != nil && slices.Contains(v.listed(), item) {
		v.items.Choose(item.ID) // its result may have moved it
	}
	v.follow()
	return v.saveNotes()
}

func tooLong(n review.TargetNotes) bool {
	long := func(text string) bool { return len([]rune(text)) > review.NoteMost }
	for _, i := range n.Items {
		if long(i.Note) || long(i.Reason) {
			return true
		}
	}
	return long(n.Note)
}

// saveNotes saves the notes of one target after the other in the background.
func (v *reviewView) saveNotes() tea.Cmd {
	n := slices.IndexFunc(v.all, func(r reviewed) bool { return r.dirty })
	if n < 0 || v.saving.Working() {
		return nil
	}
	v.all[n].dirty = false
	name, notes, save := v.all[n].name, v.all[n].notes, v.options.Reviews.Save
	return v.Work.Start(&v.saving, func(context.Context) tea.Msg {
		file, err := save(name, notes)
		return notesSavedMsg{n, file, err}
	})
}

func (v *reviewView) savedNotes(msg notesSavedMsg) tea.Cmd {
	if msg.err != nil {
		v.all[msg.n].dirty = true // saved with the next note, or at the end
		v.fail("the notes cannot be saved", msg.err)
		return v.Toast(ui.Failed, "the notes were not saved: "+v.forDetails())
	}
	return tea.Batch(v.saveNotes(), v.Toast(ui.Done, "saved the notes in "+msg.file))
}

// flush saves the notes that are still to be saved, after the background work has
// ended.
func (v *reviewView) flush() (err error) {
	for i := range v.all {
		if one := &v.all[i]; one.dirty {
			one.dirty = false
			_, failed := v.options.Reviews.Save(one.name, one.notes)
			err = errors.Join(err, failed)
		}
	}
	if v.closer != nil {
		err = errors.Join(err, v.closer.Close())
		v.closer = nil
	}
	return err
}

// report returns the reviews that are there.
func (v *reviewView) report() *review.Report {
	r := &review.Report{Schema: review.Schema, Targets: []review.Target{}}
	for i := range v.all {
		if t := v.all[i].found; t != nil {
			one := *t
			one.Items = slices.Clone(t.Items)
			r.Targets = append(r.Targets, one)
		}
	}
	return r
}

// askReport asks for the file of a report. Its name gives the format.
func (v *reviewView) askReport() tea.Cmd {
	return v.Ask(&ui.Prompt{Label: "report as .html, .md, .txt, .json, .xml or .sarif:", Done: func(name string) tea.Cmd {
		if err := v.options.Reviews.Write(io.Discard, name, &review.Report{}); err != nil {
			return v.Toast(ui.Failed, err.Error())
		}
		r, write := v.report(), v.options.Reviews.Write
		return v.save("the report", name, func(w io.Writer) error { return write(w, name, r) })
	}}, "stedi-review.html")
}
