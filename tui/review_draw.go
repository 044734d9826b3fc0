package tui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline/review"
	"stedi/tui/ui"
)

func (v *reviewView) actions() []ui.Action {
	k := v.Keys
	one, item := v.current(), v.item()
	there, noted := item != nil, item != nil && one.found != nil
	const none, nothing = "no item is selected", "no submission was reviewed"
	moves := map[int]*ui.List{targetsPane: &v.targets, itemsPane: &v.items, evidencePane: &v.detail, codePane: &v.code}[v.panes.At]
	possible := v.options.Reviews != nil
	inwardAt := 0
	if v.alone() {
		inwardAt = 1
	}
	return append(moves.Actions("", ui.SpaceKeys, 0),
		k.Act("next-failing", "n", "next failing item", func() tea.Cmd { return v.step(1) }).At(2).When(one != nil, nothing),
		k.Act("last-failing", "N", "previous failing item", func() tea.Cmd { return v.step(-1) }).When(one != nil, nothing),
		k.Act("target-after", "]", "next target", func() tea.Cmd { return v.targets.Turn(1) }).At(6).When(len(v.all) > 1, "there is one target only"),
		k.Act("target-before", "[", "previous target", func() tea.Cmd { return v.targets.Turn(-1) }).When(len(v.all) > 1, "there is one target only"),
		k.Act("override", "u", "override", v.askOverride).At(3).When(noted, none).Also("result pass fail decide"),
		k.Act("note", "i", "note", v.askNote).At(4).When(noted, none).Also("write comment"),
		k.Act("target-note", "alt+i", "note on the target", v.askTargetNote).When(one != nil && one.found != nil, nothing),
		k.Act("fails-only", "a", "failures only", v.toggleFails).At(7).When(one != nil, nothing),
		k.Act("inward", "enter", v.inwardTitle(), v.inward).At(inwardAt).When(there, none),
		k.Act("scroll-right", "right l", "scroll right", func() tea.Cmd { return v.scroll(sideways) }).When(len(v.shown.lines) > 0, "no file is shown"),
		k.Act("scroll-left", "left h", "scroll left", func() tea.Cmd { return v.scroll(-sideways) }).When(v.shift > 0, "the start of the lines is shown"),
		k.Act("report", "e", "report", v.askReport).At(5).When(v.options.Export != nil && slices.ContainsFunc(v.all, func(r reviewed) bool { return r.found != nil }), nothing),
		k.Act("copy-item", "y", "copy the item", func() tea.Cmd { return v.CopyText("the text", v.text(item)) }).When(there, none),
		k.Act("review-again", "v", "review again", v.again).When(one != nil, nothing).When(!v.working.Working(), "a review is under way"),
		k.Act("review-open", "alt+t", "review another", v.askTargets).At(8).When(possible, "no submissions can be reviewed here").When(!v.working.Working(), "a review is under way").Also("open submission target"),
		k.Act("cancel-review", "c", "cancel the review", v.cancelReview).At(1).When(v.working.Working(), "no review is under way").Also("stop abort"),
	)
}

func (v *reviewView) toggleFails() tea.Cmd {
	v.failsOnly = !v.failsOnly
	v.items.Filtered()
	v.follow()
	return nil
}

func (v *reviewView) inwardTitle() string {
	switch v.inner() {
	case itemsPane:
		return "to the items"
	case evidencePane:
		return "to the evidence"
	default:
		return "to the code"
	}
}

func (v *reviewView) draw(p ui.Pane) {
	if len(v.all) == 0 && !v.working.Working() {
		v.drawStart(p)
		return
	}
	one := map[int]func(ui.Pane){targetsPane: v.drawTargets, itemsPane: v.drawItems, evidencePane: v.drawEvidence, codePane: v.drawCode}
	switch {
	case v.alone():
		one[v.panes.At](p)
	case p.Width() < wideReview:
		above, below, grip := p.Across(ui.Border{
			Moved: &v.borders.halves, Usual: p.Height() / 2, Least: ui.LeastTall,
			Before: []int{targetsPane, itemsPane}, After: []int{evidencePane, codePane},
		})
		one[min(v.panes.At, itemsPane)](v.withTargets(above, one))
		one[max(v.panes.At, evidencePane)](below)
		grip()
	default:
		v.drawWide(p, one)
	}
}

// wideReview is the width from which code is beside the items.
const wideReview = 100

// withTargets shows the targets above the items if there is room for both, and
// returns the rest.
func (v *reviewView) withTargets(p ui.Pane, one map[int]func(ui.Pane)) ui.Pane {
	tall := len(v.all) + 2
	if v.panes.At == targetsPane || len(v.all) < 2 || p.Height()-tall < 2*ui.LeastTall {
		return p
	}
	one[targetsPane](p.Top(tall))
	return p.Bottom(tall)
}

func (v *reviewView) drawWide(p ui.Pane, one map[int]func(ui.Pane)) {
	left, right, sides := p.Beside(ui.Border{
		Moved: &v.borders.sides, Usual: min(max(p.Width()*45/100, v.nameWide()+usefulMessage+4), p.Width()*52/100), Least: ui.LeastWide,
		Before: []int{targetsPane, itemsPane}, After: []int{evidencePane, codePane},
	})
	upper, lower, grip := left.Across(ui.Border{
		Moved: &v.borders.left, Usual: min(max(len(v.all), 1)+2, p.Height()/3), Least: 3, Before: []int{targetsPane}, After: []int{itemsPane},
	})
	one[targetsPane](upper)
	one[itemsPane](lower)
	grip()
	if v.shown.file == "" && v.panes.At != codePane {
		one[evidencePane](right)
		sides()
		return
	}
	upper, lower, grip = right.Across(ui.Border{
		Moved: &v.borders.right, Usual: p.Height() / 2, Least: ui.LeastTall, Before: []int{evidencePane}, After: []int{codePane},
	})
	one[evidencePane](upper)
	one[codePane](lower)
	grip()
	sides()
}

// resultMark returns the sign of a result.
func (v *reviewView) resultMark(r review.Result) (string, uv.Style) {
	t := v.Theme
	switch r {
	case review.Pass:
		return "✓", t.Good
	case review.Warn:
		return "!", t.Warn
	case review.Unknown:
		return "?", t.Busy
	default:
		return "✗", t.Bad
	}
}

func (v *reviewView) drawTargets(p ui.Pane) {
	t := v.Theme
	in := p.Box(t, "TARGETS", v.panes.At == targetsPane)
	if text := v.progress(); text != "" {
		p.Note(t.Dim, text)
	}
	v.targets.Draw(p, in, len(v.all), func(r ui.Row) {
		one := &v.all[r.N]
		if one.found == nil {
			r.Text(1, 0, ui.Over(t.Dim, r.Back), "…")
			r.Text(3, 0, ui.Over(t.Dim, r.Back), shortenLeft(one.name, r.Width()-4))
			return
		}
		mark, tone := v.resultMark(review.Worst(one.found.Items))
		r.Text(1, 0, ui.Over(tone, r.Back), mark)
		tally := v.tallies(one.found)
		r.Text(3, 0, ui.Over(t.Text, r.Back), shortenLeft(one.name, r.Width()-5-ui.Width(tally)))
		r.TextRight(r.Width()-1, 0, ui.Over(t.Dim, r.Back), tally)
	})
}

// progress says how many targets were reviewed.
func (v *reviewView) progress() string {
	done := 0
	for i := range v.all {
		if v.all[i].found != nil {
			done++
		}
	}
	if !v.working.Working() {
		return ""
	}
	return fmt.Sprintf("reviewing %d of %d", min(done+1, len(v.all)), len(v.all))
}

// tallies counts the results of a target, in columns of all targets.
func (v *reviewView) tallies(t *review.Target) string {
	var parts []string
	for _, result := range review.Results() {
		most := 0
		for i := range v.all {
			if found := v.all[i].found; found != nil {
				most = max(most, found.Count(result))
			}
		}
		if most == 0 {
			continue
		}
		wide := len(strconv.Itoa(most))
		if n := t.Count(result); n > 0 {
			mark, _ := v.resultMark(result)
			parts = append(parts, fmt.Sprintf("%*d %s", wide, n, mark))
		} else {
			parts = append(parts, strings.Repeat(" ", wide+2))
		}
	}
	return strings.Join(parts, "  ")
}

// tally counts the results of a target.
func (v *reviewView) tally(t *review.Target) string {
	var parts []string
	for _, result := range review.Results() {
		if n := t.Count(result); n > 0 {
			mark, _ := v.resultMark(result)
			parts = append(parts, fmt.Sprintf("%d %s", n, mark))
		}
	}
	return strings.Join(parts, "  ")
}

func (v *reviewView) drawItems(p ui.Pane) {
	t := v.Theme
	title, one := "ITEMS", v.current()
	if one != nil {
		title += " of " + shortenLeft(one.name, p.Width()/2-12)
	}
	if one != nil && v.wanted != "" {
		title += " / " + strings.TrimSpace(v.wanted)
	}
	if v.failsOnly {
		title += ": failures only"
	}
	in := p.Box(t, title, v.panes.At == itemsPane)
	items := v.listed()
	if one != nil && one.found != nil {
		p.Note(t.Dim, v.tally(one.found))
	}
	name := v.nameWide()
	if in.Width()-name < usefulMessage { // the evidence has the message
		name = in.Width()
	}
	v.items.Draw(p, in, len(items), func(r ui.Row) {
		item := items[r.N]
		mark, tone := v.resultMark(item.Result)
		r.Text(1, 0, ui.Over(tone, r.Back), mark)
		if item.Reviewer != nil {
			r.Text(2, 0, ui.Over(t.Accent, r.Back), "●")
		}
		r.Text(4, 0, ui.Over(t.Text, r.Back), shortenLeft(item.ID, name-5))
		r.Cut(name, 0, r.Width()-name-1, ui.Over(t.Dim, r.Back), item.Message)
	})
	if len(items) == 0 {
		in.Text(2, 0, t.Dim, v.emptyText())
	}
}

// usefulMessage is the least width of a message in the list of the items.
const usefulMessage = 16

// nameWide returns the columns of the marks and the names of the items.
func (v *reviewView) nameWide() int {
	wide := 0
	for _, item := range v.listed() {
		wide = max(wide, ui.Width(item.ID))
	}
	return wide + 6
}

// shortenLeft makes a name fit into n columns. Its end distinguishes it from
// others.
func shortenLeft(name string, most int) string {
	runes := []rune(name)
	if ui.Width(name) <= most {
		return name
	}
	for len(runes) > 0 && ui.Width(string(runes)) >= most {
		runes = runes[1:]
	}
	return "…" + string(runes)
}

// drawStart says what a review is, in the middle of the pane.
func (v *reviewView) drawStart(p ui.Pane) {
	t := v.Theme
	in := p.Box(t, "REVIEW", true)
	drawCentred(in, []startLine{
		{style: t.Strong, text: "No submission is open."},
		{},
		{style: t.Text, text: "A review judges each item of the rubric from the scripts, DDLs and pictures of a submission."},
		{style: t.Dim, text: "It executes nothing.", spare: true},
		{},
		{style: t.Accent, text: ui.KeyOf(v.actions(), "review-open") + " reviews a folder, a zip file or a lake"},
	})
}

// emptyText says why there are no items.
func (v *reviewView) emptyText() string {
	one := v.current()
	switch {
	case one == nil:
		return ""
	case one.found == nil && v.working.Working():
		return "reading the submission …"
	case one.found == nil:
		return "not reviewed: " + v.problem
	case v.wanted != "":
		return "no match: esc removes the filter"
	default:
		return "no failing item: " + ui.KeyOf(v.actions(), "fails-only") + " shows all"
	}
}

func (v *reviewView) drawEvidence(p ui.Pane) {
	in := p.Box(v.Theme, "EVIDENCE", v.panes.At == evidencePane)
	if items := v.listed(); v.item() != nil {
		p.Note(v.Theme.Dim, fmt.Sprintf("item %d of %d", v.items.At()+1, len(items)))
	}
	lines := v.detailLines(in.Width())
	v.detail.Draw(p, in, len(lines), func(r ui.Row) { r.Styled(1, lines[r.N]) })
}

// hint says how the review goes.
func (v *reviewView) hint() (ui.Mood, string) {
	one := v.current()
	switch {
	case v.working.Working():
		return ui.Told, v.progress() + ": " + ui.KeyOf(v.actions(), "cancel-review") + " cancels"
	case one == nil || one.found == nil:
		return ui.Told, ""
	case one.unread != "":
		return ui.Warned, "the reviewer's notes cannot be read: " + one.unread
	case len(one.found.Unplaced) > 0:
		return ui.Warned, "the notes name items that are not in this review: " + strings.Join(one.found.Unplaced, ", ")
	}
	return ui.Told, ""
}
