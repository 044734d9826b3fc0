package tui

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/diagnose"
	"stedi/pipeline/printable"
	"stedi/tui/ui"
)

// whyMsg brings the diagnosis of the lake.
type whyMsg struct {
	report *diagnose.Report
	at     map[string]string // versions of the tables when it began
	err    error
}

// diagnose searches in the background why tables are wrong.
func (a *app) diagnose() tea.Cmd {
	if a.place == nil || a.place.Why == nil || a.diagnosing.Working() {
		return nil
	}
	why, at := a.place.Why, a.versions()
	return a.Work.Start(&a.diagnosing, func(ctx context.Context) tea.Msg {
		report, err := why(ctx)
		return whyMsg{report, at, err}
	})
}

// diagnosed keeps the diagnosis. If the search fails, the checks are still valid,
// so the failure is only a message.
func (a *app) diagnosed(msg whyMsg) tea.Cmd {
	if msg.err != nil {
		return a.Toast(ui.Warned, "the cause was not searched: "+printable.FirstLine(msg.err.Error()))
	}
	a.why, a.whyAt = msg.report, msg.at
	a.learn()
	if first := a.firstWrong(); first != nil && first.Table != a.whyOpen && (a.failure == nil || !a.failure.checks) {
		return a.Toast(ui.Failed, first.Table+": "+cmp.Or(first.Sentence(), first.Message, string(first.State)))
	}
	return nil
}

// firstWrong returns the first table that is wrong by itself, or nil.
func (a *app) firstWrong() *diagnose.Table {
	if a.why == nil {
		return nil
	}
	for i := range a.why.Tables {
		t := &a.why.Tables[i]
		if (t.State == diagnose.Wrong || t.State == diagnose.Unreadable) && a.diagnosis(t.Table) != nil {
			return t
		}
	}
	return nil
}

// diagnosis returns what is known of a table that has not changed since, or nil.
func (a *app) diagnosis(table string) *diagnose.Table {
	v := a.table(table)
	if a.why == nil || v == nil || a.whyAt[table] != version(v) {
		return nil
	}
	return a.why.Table(table)
}

// queryWhy opens the rows in which a wrong table and its transform differ in Query.
func (a *app) queryWhy(t *pipeline.Table) tea.Cmd {
	return a.Want(runQuery{"why " + t.Name, sqlText("differing.sql", map[string]any{"Name": t.Name, "Columns": t.Columns, "SQL": strings.TrimRight(t.Transform.SQL, "; \n")})})
}

// proofOf is the query that proves the best cause of a wrong table, or "".
func (a *app) proofOf(table string) string {
	if found := a.diagnosis(table); found != nil && len(found.Causes) > 0 {
		return found.Causes[0].ProofSQL
	}
	return ""
}

// queryProof opens the proof of the best cause in Query.
func (a *app) queryProof(table string) tea.Cmd {
	return a.Want(runQuery{"proof " + table, a.proofOf(table)})
}

// proofActions open in Query what proves that a table is wrong, and why. With
// leave, an overlay is closed before.
func (a *app) proofActions(t *pipeline.Table, leave func(func() tea.Cmd) tea.Cmd) []ui.Action {
	made := t != nil && !t.IsLanding()
	return []ui.Action{
		a.Keys.Act("why-rows", "W", "differing rows", func() tea.Cmd { return leave(func() tea.Cmd { return a.queryWhy(t) }) }).When(made, ui.NotMade),
		a.Keys.Act("why-proof", "V", "query the proof", func() tea.Cmd { return leave(func() tea.Cmd { return a.queryProof(t.Name) }) }).
			When(made, ui.NotMade).When(made && a.proofOf(t.Name) != "", "no cause with a proof in SQL is known"),
	}
}

// isFirstWrong tells whether a table is the first one that is wrong by itself.
func (a *app) isFirstWrong(table string) bool {
	first := a.firstWrong()
	return first != nil && first.Table == table
}

// openWhy shows why a table is wrong, and searches the cause if it is unknown.
func (a *app) openWhy(table string) tea.Cmd {
	var cmd tea.Cmd
	if a.diagnosis(table) == nil {
		cmd = a.diagnose()
	}
	lines := a.Fitted(func() []ui.StyledLine { return a.whyLines(table) })
	a.whyOpen = table
	a.Open(&whyReader{&ui.Reader{Kit: a.Kit, Head: "WHY " + table, Lines: lines}, a, a.lake().Table(table), cmd != nil})
	return cmd
}

// whyReader shows why a table is wrong.
type whyReader struct {
	*ui.Reader

	app     *app
	table   *pipeline.Table
	started bool // the search was started to be shown here
}

// Actions returns those of the text, and the ones that open the proof.
func (r *whyReader) Actions() []ui.Action {
	leave := func(then func() tea.Cmd) tea.Cmd { return r.Want(ui.CloseOverlay{Then: then}) }
	all := r.app.proofActions(r.table, leave)
	for i := range all {
		all[i] = all[i].At(1 + i)
	}
	return append(all, r.Reader.Actions()...)
}

// left cancels the search that was started here.
func (r *whyReader) left() {
	r.app.whyOpen = ""
	if r.started && r.app.diagnosing.Working() {
		r.app.diagnosing.Stop()
	}
}

// stopDiagnosis cancels the search for causes.
func (a *app) stopDiagnosis() tea.Cmd {
	a.diagnosing.Stop()
	return a.Toast(ui.Warned, "the search for the cause was cancelled")
}

func (a *app) whyLines(table string) []ui.StyledLine {
	t := a.Theme
	found := a.diagnosis(table)
	switch {
	case found == nil && a.diagnosing.Working():
		return []ui.StyledLine{{{Style: t.Dim, Text: "searching the cause …"}}}
	case found == nil:
		return []ui.StyledLine{{{Style: t.Dim, Text: "The table has changed since the last diagnosis, or there was none."}}}
	case found.State == diagnose.Right && a.results[table].result >= inherited:
		return a.wrongTransform(table)
	case found.State == diagnose.Right:
		return a.rightTransform(table)
	}
	counts := fmt.Sprintf("%s rows, expected %s", ui.Count(found.Rows), ui.Count(found.ExpectedRows))
	message := cmp.Or(found.Message, counts)
	if a.small() && found.State == diagnose.Wrong && found.ExpectedRows != found.Rows {
		message = counts
	}
	lines := []ui.StyledLine{
		{{Style: t.Bad, Text: "✗ " + string(found.State)}, {Style: t.Text, Text: "  " + message}},
	}
	if found.State == diagnose.Unreadable && len(found.Causes) == 0 {
		return append(lines, a.readAgain(table)...)
	}
	for i := range found.Causes {
		lines = append(lines, a.causeLines(&found.Causes[i], i == 0)...)
	}
	return lines
}

// readAgain says what to do about lines that cannot be read.
func (a *app) readAgain(table string) []ui.StyledLine {
	t, v := a.Theme, a.table(table)
	fix := "Correct these lines, then run the checks again."
	if d := a.lake().Table(table); d != nil && d.IsLanding() && v != nil && v.Rejected > 0 {
		fix = fmt.Sprintf("Correct these lines, or run with --max-rejects %d to leave them out.", v.Rejected)
	}
	return []ui.StyledLine{{{Style: t.Accent, Text: "→ " + fix}}}
}

// small reports whether a screen has room for one pane of a few lines, so that
// the first ones have to tell what matters.
func (a *app) small() bool {
	wide, tall := a.Room()
	return wide < scant && tall < smallTall
}

// smallTall is the height below which a screen shows one pane.
const smallTall = 16

// rightTransform describes a table that is what its transform returns, and whose
// count and checks are right. Warnings are about what its transform leaves in it.
func (a *app) rightTransform(table string) []ui.StyledLine {
	t, v := a.Theme, a.table(table)
	lines := []ui.StyledLine{{{Style: t.Good, Text: "✓ "}, {Style: t.Text, Text: "the table is what its transform returns on its upstream tables"}}}
	for i := range v.Failing {
		lines = append(lines, ui.StyledLine{{Style: t.Warn, Text: "! "}, {Style: t.Text, Text: a.breach(&v.Failing[i])}})
	}
	return lines
}

// wrongTransform describes a table that is what its transform returns, although
// its count or its checks are wrong.
func (a *app) wrongTransform(table string) []ui.StyledLine {
	t, v := a.Theme, a.table(table)
	var lines []ui.StyledLine
	mark := "✗ wrong  "
	tell := func(text string) {
		lines = append(lines, ui.StyledLine{{Style: t.Bad, Text: mark}, {Style: t.Text, Text: text}})
		mark = "✗ "
	}
	if rows, known := a.rows(v); known && v.Expected != nil && *v.Expected != rows {
		tell(offBy(rows, *v.Expected))
	}
	for i := range v.Failing {
		if c := &v.Failing[i]; c.Severity != "warning" && c.Check != pipeline.ExpectedRows {
			tell(a.breach(c))
		}
	}
	said := "The table is what its transform returns: the mistake is in the transform or in an upstream table."
	if from := a.results[table].from; from != "" {
		said = "The table is what its transform returns: the mistake is in " + from + "."
	}
	lines = append(lines, nil, ui.StyledLine{{Style: t.Strong, Text: said}})
	if d := a.lake().Table(table); d != nil && !d.IsLanding() && a.results[table].from == "" {
		lines = append(lines, ui.StyledLine{{Style: t.Accent, Text: "→ Correct " + d.File + ", then run " + table + " again."}})
	}
	return lines
}

// witnessText lists the values of a row by column.
func witnessText(row map[string]any) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(row)) {
		if row[name] != nil {
			text, _ := json.Marshal(row[name]) // strings and numbers
			parts = append(parts, name+"="+string(text))
		}
	}
	return strings.Join(parts, "  ")
}

// causeLines describes a cause; with proof also the rows that prove it and the
// difference of the SQL.
func (a *app) causeLines(c *diagnose.Cause, proof bool) []ui.StyledLine {
	t := a.Theme
	title := ui.StyledLine{{Style: t.Strong, Text: c.Title}}
	if c.Certainty != diagnose.Unknown {
		about := fmt.Sprintf("  (%s; mistake %s)", c.Certainty, c.ID)
		if a.small() {
			about = fmt.Sprintf(" (%s)", c.Certainty)
		}
		title = append(title, ui.Styled{Style: t.Dim, Text: about})
	}
	lines := []ui.StyledLine{
		title,
		{{Style: t.Text, Text: c.Cause}},
		{{Style: t.Accent, Text: "→ " + c.Fix}},
	}
	if a.small() { // what to do is in the first look
		lines[1], lines[2] = lines[2], lines[1]
	}
	if !a.small() || !proof {
		lines = append([]ui.StyledLine{{}}, lines...)
	}
	if !proof {
		return lines
	}
	for _, w := range c.Witness {
		role := map[diagnose.Role]string{diagnose.Given: "landing rows in ", diagnose.Correct: "correct rows of ", diagnose.Mistaken: "wrong rows of "}[w.Role]
		lines = append(lines, ui.StyledLine{{Style: t.Dim, Text: role + w.Table + fmt.Sprintf(" (%s)", ui.Plural(int64(len(w.Rows)), "row", "rows"))}})
		for _, row := range w.Rows {
			lines = append(lines, ui.StyledLine{{Style: t.Text, Text: "  " + witnessText(row)}})
		}
	}
	for line := range strings.Lines(c.SQLDiff) {
		style := t.Dim
		switch line[0] {
		case '+':
			style = t.Bad
		case '-':
			style = t.Good
		}
		lines = append(lines, ui.StyledLine{{Style: style, Text: "  " + strings.TrimRight(line, "\n")}})
	}
	return lines
}
