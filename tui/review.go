package tui

import (
	"context"
	"io"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline/review"
	"stedi/tui/ui"
)

// Reviews is what the review screen needs from the caller.
type Reviews struct {
	// Targets are reviewed at the start, and the screen is then the first one.
	Targets []string
	// Expand returns the targets that a text names, such as a pattern.
	Expand func(text string) []string
	// Review reviews targets. It calls done with the position of a target and its
	// review, from any goroutine. The texts of the reviews are valid until Close of
	// the result is called.
	Review func(ctx context.Context, targets []string, done func(n int, t *review.Target)) (io.Closer, error)
	// Notes returns the reviewer's notes on a target.
	Notes func(target string) (review.TargetNotes, error)
	// Save saves the notes on a target, and returns the name of the file.
	Save func(target string, notes review.TargetNotes) (file string, err error)
	// Write writes a report in the format for the name of a file.
	Write func(w io.Writer, name string, r *review.Report) error
}

// reviewView is the screen of reviews: the submissions, the items of the rubric,
// and what an item is about. It does not belong to the lake.
type reviewView struct {
	*app
	panes     ui.Focus
	targets   ui.List
	items     ui.List
	detail    ui.List
	code      ui.List
	wanted    string
	failsOnly bool
	shift     int // the columns of the code that are scrolled away
	borders   struct{ sides, left, right, halves int }

	all     []reviewed
	box     *ui.Mailbox[foundTarget]
	working ui.Task
	closer  io.Closer
	problem string // why there is no review
	saving  ui.Task
	shown   sourceText
}

// reviewed is a target with its review.
type reviewed struct {
	name   string
	found  *review.Target // nil: not yet
	notes  review.TargetNotes
	unread string // why the notes cannot be read; they are not written then
	dirty  bool   // the notes are to be saved
}

// foundTarget is the review of the target at a position.
type foundTarget struct {
	n      int
	target *review.Target
	notes  review.TargetNotes
	unread string
}

// Messages of reviews.
type (
	reviewingMsg struct {
		box   *ui.Mailbox[foundTarget]
		found []foundTarget
	}
	reviewOverMsg struct {
		closer io.Closer
		err    error
	}
	notesSavedMsg struct {
		n    int
		file string
		err  error
	}
)

// Release closes a review that is no longer wanted.
func (r reviewOverMsg) Release() error {
	if r.closer == nil {
		return nil
	}
	return r.closer.Close()
}

// The panes of the review screen.
const (
	targetsPane = iota
	itemsPane
	evidencePane
	codePane
	reviewPanes
)

func newReview(a *app) *reviewView {
	v := &reviewView{app: a, panes: ui.Focus{Count: reviewPanes, At: itemsPane}}
	v.targets = ui.List{
		Kit: a.Kit, Panes: &v.panes, Pane: targetsPane, Faint: true, Open: v.inward, More: [2]string{"more target", "more targets"},
		Len:   func() int { return len(v.all) },
		Moved: func() tea.Cmd { v.items.Reset(); v.follow(); return nil },
	}
	v.items = ui.List{
		Kit: a.Kit, Panes: &v.panes, Pane: itemsPane, Faint: true, Open: v.inward, More: [2]string{"more item", "more items"},
		Len:   func() int { return len(v.listed()) },
		Name:  func(i int) string { return v.listed()[i].ID },
		Moved: func() tea.Cmd { v.follow(); return nil },
	}
	v.detail = ui.List{
		Kit: a.Kit, Panes: &v.panes, Pane: evidencePane, Text: true, More: moreLines,
		Len: func() int { return len(v.detailLines(v.detail.Width())) },
	}
	v.code = ui.List{
		Kit: a.Kit, Panes: &v.panes, Pane: codePane, Faint: true, More: moreLines,
		Len: func() int { return len(v.shown.lines) },
	}
	return v
}

func (v *reviewView) title() string    { return "Review" }
func (v *reviewView) focus() *ui.Focus { return &v.panes }
func (v *reviewView) filter() string   { return v.wanted }

func (v *reviewView) setFilter(text string) tea.Cmd {
	v.wanted = text
	v.items.Filtered()
	v.follow()
	return nil
}

func (v *reviewView) close() {
	v.working.Stop()
	v.saving.Stop()
}

// begin reviews targets in the background.
func (v *reviewView) begin(names []string) tea.Cmd {
	reviews := v.options.Reviews
	if reviews == nil || len(names) == 0 {
		return nil
	}
	if v.saving.Working() || slices.ContainsFunc(v.all, func(r reviewed) bool { return r.dirty }) {
		return v.Toast(ui.Warned, "not reviewed: the notes of this review are not saved yet")
	}
	cmd := v.release()
	v.all, v.problem, v.shown = nil, "", sourceText{}
	for _, name := range names {
		v.all = append(v.all, reviewed{name: name})
	}
	v.targets.Reset()
	v.items.Reset()
	box := ui.NewMailbox[foundTarget]()
	v.box = box
	work := v.Work.Start(&v.working, func(ctx context.Context) tea.Msg {
		defer box.Close()
		closer, err := reviews.Review(ctx, names, func(n int, t *review.Target) {
			one := foundTarget{n: n, target: t}
			notes, err := reviews.Notes(names[n])
			if one.notes = notes; err != nil {
				one.unread = err.Error()
			}
			box.Send(one)
		})
		return reviewOverMsg{closer, err}
	})
	return tea.Batch(cmd, work, arriving(box))
}

// arriving waits for reviews.
func arriving(box *ui.Mailbox[foundTarget]) tea.Cmd {
	return func() tea.Msg {
		found, open := box.Receive()
		if !open {
			return nil
		}
		return reviewingMsg{box, found}
	}
}

// release closes the files of the last review, in the background.
func (v *reviewView) release() tea.Cmd {
	over := reviewOverMsg{closer: v.closer}
	v.closer = nil
	return v.Discard(over)
}

func (v *reviewView) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case reviewingMsg:
		if msg.box != v.box {
			return nil // of an earlier review
		}
		for _, f := range msg.found {
			one := &v.all[f.n]
			one.found, one.notes, one.unread = f.target, f.notes, f.unread
			one.found.Apply(one.notes)
		}
		v.follow()
		return arriving(msg.box)
	case reviewOverMsg:
		v.closer = msg.closer
		if msg.err != nil {
			v.problem = msg.err.Error()
			v.fail("the review failed", msg.err)
		}
	case notesSavedMsg:
		return v.savedNotes(msg)
	}
	return nil
}

// again reviews the same targets once more.
func (v *reviewView) again() tea.Cmd {
	var names []string
	for i := range v.all {
		names = append(names, v.all[i].name)
	}
	return v.begin(names)
}

func (v *reviewView) cancelReview() tea.Cmd {
	v.working.Stop()
	v.problem = "cancelled"
	return nil
}

// askTargets asks for the submissions to review.
func (v *reviewView) askTargets() tea.Cmd {
	return v.Ask(&ui.Prompt{Label: "review a folder, a zip file or a pattern:", Done: func(text string) tea.Cmd {
		return v.Want(reviewTargets{text})
	}}, "")
}

// reviewTargets shows the review of what a text names.
type reviewTargets struct{ text string }

// review shows the review of what a text names; of nothing, the last one.
func (m *Model) review(text string) tea.Cmd {
	v := m.reviewView()
	if text = strings.TrimSpace(text); text == "" {
		return m.show(reviewScreen)
	}
	names := m.options.Reviews.Expand(text)
	return tea.Batch(m.show(reviewScreen), v.begin(names))
}

func (m *Model) reviewView() *reviewView {
	v, _ := m.screens[reviewScreen].(*reviewView)
	return v
}

// reviewChoice is the choice of the palette for "review PATH".
func (m *Model) reviewChoice(text string) (choice, bool) {
	path, ok := strings.CutPrefix(strings.TrimPrefix(text, ":"), "review ")
	if path = strings.TrimSpace(path); !ok || path == "" || m.options.Reviews == nil {
		return choice{}, false
	}
	return choice{text: "review " + path, kind: "submission", do: func() tea.Cmd { return m.review(path) }}, true
}

// current returns the selected target, or nil.
func (v *reviewView) current() *reviewed {
	if len(v.all) == 0 {
		return nil
	}
	return &v.all[v.targets.At()]
}

// listed returns the items of the selected target that are shown, the worst
// first.
func (v *reviewView) listed() []*review.Item {
	one := v.current()
	if one == nil || one.found == nil {
		return nil
	}
	return v.itemsOf(one.found)
}

func (v *reviewView) itemsOf(t *review.Target) (list []*review.Item) {
	for _, result := range review.Results() {
		if v.failsOnly && result != review.Fail {
			continue
		}
		for i := range t.Items {
			if item := &t.Items[i]; item.Result == result && v.matches(item) {
				list = append(list, item)
			}
		}
	}
	return list
}

func (v *reviewView) matches(i *review.Item) bool {
	wanted := strings.ToLower(strings.TrimSpace(v.wanted))
	return strings.Contains(strings.ToLower(i.ID+" "+i.Message+" "+i.Where), wanted)
}

// item returns the selected item, or nil.
func (v *reviewView) item() *review.Item {
	items := v.listed()
	if len(items) == 0 {
		return nil
	}
	return items[v.items.At()]
}

// table returns what the code gives for the table of the selected item, or nil.
func (v *reviewView) table() *review.Table {
	item, one := v.item(), v.current()
	if item == nil || item.Table == "" {
		return nil
	}
	for i := range one.found.Tables {
		if one.found.Tables[i].Table == item.Table {
			return &one.found.Tables[i]
		}
	}
	return nil
}

// step goes to the next failing item in a direction, also of other targets.
func (v *reviewView) step(by int) tea.Cmd {
	n := len(v.all)
	if n == 0 {
		return nil
	}
	at, target := v.items.At()+by, v.targets.At()
	if v.item() == nil {
		at = -1
	}
	for range n + 1 {
		if t := v.all[target].found; t != nil {
			items := v.itemsOf(t)
			if at == last {
				at = len(items) - 1
			}
			for ; at >= 0 && at < len(items); at += by {
				if items[at].Result == review.Fail {
					return tea.Batch(v.targets.To(target), v.items.To(at))
				}
			}
		}
		target, at = (target+by+n)%n, 0
		if by < 0 {
			at = last
		}
	}
	return v.Toast(ui.Told, "no failing item is shown")
}

// last is the position of the last item of a target.
const last = -2

// inner returns the pane that shows more of what is selected, and after the last
// one the items again. If the screen has room for one pane only, the evidence is
// one of them.
func (v *reviewView) inner() int {
	switch code := v.shown.file != ""; {
	case v.panes.At == itemsPane && (v.alone() || !code):
		return evidencePane
	case (v.panes.At == itemsPane || v.panes.At == evidencePane) && code:
		return codePane
	default:
		return itemsPane
	}
}

// alone reports whether the screen has room for one pane only.
func (v *reviewView) alone() bool {
	width, height := v.Room()
	return v.panes.Zoomed || width < ui.Narrow && height < 16
}

// inward gives the keys to the inner pane.
func (v *reviewView) inward() tea.Cmd {
	v.panes.At = v.inner()
	return nil
}
