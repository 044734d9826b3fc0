package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/pipeline/pager"
	"stedi/tui/ui"
)

// answerLine is the status below the rows of a sheet.
type answerLine struct {
	rows  *answeredMsg // the result, whose count grows until all rows are read
	mood  ui.Mood
	text  string
	began time.Time // zero if no query is running
	cost  string
}

// answeredMsg brings the result of a query.
type answeredMsg struct {
	sheet   *sheet
	querier pipeline.Querier
	opened  bool // opened for this query
	rows    *pager.Spooled
	sql     string
	engine  string
	began   time.Time
	seconds float64
	usage   pipeline.QueryUsage
	err     error
}

// Release closes the rows of an answer that is no longer wanted, and what was
// opened to ask for it.
func (m answeredMsg) Release() error {
	var err error
	if m.rows != nil {
		err = m.rows.Close()
	}
	if m.opened {
		err = errors.Join(err, m.querier.Close())
	}
	return err
}

// run runs the query in the sheet. It shows rows as they arrive.
func (q *queryView) run() tea.Cmd { return q.ask("") }

// toPlan turns a query into one for its plan, a tree of the steps that the engine
// would take.
const toPlan = "EXPLAIN "

// runPlan shows how the engine would run the query.
func (q *queryView) runPlan() tea.Cmd {
	s := q.sheet()
	from, to := statementAt(s.editor.Value(), offsetOf(&s.editor))
	if strings.HasPrefix(strings.ToUpper(strings.TrimSpace(s.editor.Value()[from:to])), strings.TrimSpace(toPlan)) {
		return q.run()
	}
	return q.ask(toPlan)
}

// ask runs the query in the sheet with a prefix.
func (q *queryView) ask(prefix string) tea.Cmd {
	s := q.sheet()
	whole := s.editor.Value()
	from, to := statementAt(whole, offsetOf(&s.editor))
	text := strings.TrimSpace(whole[from:to])
	if q.place == nil || text == "" {
		return q.Toast(ui.Warned, "write a SELECT first, or insert one from the catalog")
	}
	q.popup.close()
	s.fault, s.asked, s.sent, s.whole = nil, text, prefix+text, whole
	s.answer = answerLine{mood: ui.Told, began: q.options.Now()}
	q.answers++
	path := filepath.Join(q.place.Scratch, fmt.Sprintf("rows-%d", q.answers))
	open, querier, engine := q.place.Querier, q.querier, q.engine()
	began := q.options.Now()
	s.rows.Stop()
	s.rows.Source = nil
	ask := q.Work.Start(&q.asking, func(ctx context.Context) tea.Msg {
		msg := answeredMsg{sheet: s, querier: querier, sql: prefix + text, engine: engine, began: began}
		if msg.querier == nil {
			if msg.querier, msg.err = open(ctx, engine); msg.err != nil {
				return msg
			}
			msg.opened = true
		}
		var rows pipeline.Rows
		if rows, msg.err = msg.querier.Query(ctx, blank(whole[:from])+prefix+whole[from:to]); msg.err != nil {
			shiftFault(msg.err, strings.Count(whole[:from], "\n")+1, len(prefix))
		} else {
			msg.rows = pager.Spool(rows, path)
			msg.err = msg.rows.FillTo(ctx, firstRows)
			msg.usage = pipeline.UsageOf(rows)
		}
		msg.seconds = q.options.Now().Sub(began).Seconds()
		return msg
	})
	return tea.Batch(ask, q.watchClock())
}

// shiftFault moves the position of an error in a line to the left, by what the
// reader did not write.
func shiftFault(err error, line, by int) {
	if at, ok := errors.AsType[*pipeline.SQLError](err); ok && at.Line == line {
		at.Column = max(1, at.Column-by)
	}
}

// firstRows is how many rows are read before the first display.
const firstRows = 1000

// clockMsg updates the displayed duration of a query.
type clockMsg struct{}

func (q *queryView) watchClock() tea.Cmd {
	return tea.Tick(200*time.Millisecond, func(time.Time) tea.Msg { return clockMsg{} })
}

// answered shows the result, or the position of the error.
func (q *queryView) answered(msg answeredMsg) tea.Cmd {
	q.querier = msg.querier
	s := msg.sheet
	s.answer = answerLine{}
	past := PastQuery{At: msg.began, SQL: msg.sql, Engine: msg.engine, Seconds: msg.seconds, OK: msg.err == nil}
	if msg.err != nil && !errors.Is(msg.err, io.EOF) {
		q.keep(past)
		return tea.Batch(q.wrong(s, msg.err), q.discardSpool(msg.rows))
	}
	rows, _ := msg.rows.Count()
	past.Rows = rows
	q.keep(past)
	s.answer = answerLine{mood: ui.Done, rows: &msg, cost: costText(msg.usage)}
	s.rows.Order, s.rows.Where = nil, nil
	if q.panes.At == editorPane && rows > 0 && (q.current != queryScreen || q.onePane() && s.editor.Value() == s.whole) {
		q.panes.At = resultPane // which would not be seen beside the editor
	}
	old := q.discardSpool(s.base)
	s.base = msg.rows
	return tea.Batch(old, s.rows.Take(msg.rows, msg.rows.Fill))
}

func (q *queryView) discardSpool(rows *pager.Spooled) tea.Cmd {
	if rows == nil {
		return nil
	}
	return q.Discard(answeredMsg{rows: rows})
}

// said is the status as it is now.
func (a *answerLine) said() string {
	if a.rows == nil {
		return a.text
	}
	return tookText(a.rows)
}

func tookText(msg *answeredMsg) string {
	rows, all := msg.rows.Count()
	more := ""
	if !all {
		more = " so far"
	}
	what := ui.Plural(rows, "row", "rows")
	if planOf(msg.sql, msg.rows.Columns()) {
		what = ui.Plural(rows, "step", "steps")
	}
	return fmt.Sprintf("%s%s in %s on %s", what, more, ui.Span(msg.seconds), msg.engine)
}

// costText describes the scanned bytes and the cost of a query.
func costText(u pipeline.QueryUsage) string {
	if u.Queued == 0 && u.ScannedBytes == 0 && u.CostUSD == 0 {
		return ""
	}
	text := fmt.Sprintf("queued %s · scanned %s ≈ $%.5f", ui.Span(u.Queued.Seconds()), ui.Size(u.ScannedBytes), u.CostUSD)
	if u.Estimate != nil {
		text += fmt.Sprintf(" (estimated $%.5f)", u.Estimate.CostUSD)
	}
	if u.Session != nil && u.Session.Queries > 1 {
		text += fmt.Sprintf(" · session $%.5f", u.Session.CostUSD)
	}
	return text
}

// wrong shows why a query failed, and moves the cursor to the position of the
// error.
func (q *queryView) wrong(s *sheet, err error) tea.Cmd {
	p := describe("the query gives no rows", err)
	text := sentences(strings.Join(p.why, " "), strings.Join(p.fix, " "))
	s.answer = answerLine{mood: ui.Failed, text: text}
	if at, ok := errors.AsType[*pipeline.SQLError](err); ok && at.Line > 0 {
		s.fault = at
		moveCursor(&s.editor, at.Line-1, max(0, at.Column-1))
		q.panes.At = editorPane
	}
	return nil
}

// cancel cancels the query, or the reading of further rows.
func (q *queryView) cancel() tea.Cmd {
	s := q.sheet()
	if began := s.answer.began; q.asking.Working() && !began.IsZero() {
		q.keep(PastQuery{At: began, SQL: s.asked, Engine: q.engine(), Seconds: q.options.Now().Sub(began).Seconds()})
	}
	q.asking.Stop()
	s.rows.Filling.Stop()
	s.answer = answerLine{mood: ui.Warned, text: "cancelled"}
	return nil
}

// keep adds a query to the history and drops the oldest one if the history is
// full.
func (q *queryView) keep(p PastQuery) {
	const most = 200
	if n := len(q.known.Past); n > 0 && q.known.Past[n-1].SQL == p.SQL {
		q.known.Past = q.known.Past[:n-1]
	}
	q.known.Past = append(q.known.Past, p)
	if n := len(q.known.Past); n > most {
		q.known.Past = q.known.Past[n-most:]
	}
}

// statementAt returns the start and the end of the statement at an offset.
func statementAt(text string, offset int) (from, to int) {
	for _, end := range statementEnds(text) {
		if offset <= end || end == len(text) {
			if strings.TrimSpace(text[from:end]) != "" || offset < end {
				return from, end
			}
		}
		from = min(end+1, len(text))
	}
	return 0, len(text)
}

// blank replaces a text with blanks of the same size, so that the following
// text keeps its line and column.
func blank(text string) string {
	lines := strings.Split(text, "\n")
	return strings.Repeat("\n", len(lines)-1) + strings.Repeat(" ", utf8.RuneCountInString(lines[len(lines)-1]))
}

// statementEnds returns the offsets of the semicolons outside of literals and
// comments, and of the end.
func statementEnds(text string) []int {
	var ends []int
	at := 0
	note := func(piece string) {
		for i := range len(piece) {
			if piece[i] == ';' && strings.TrimSpace(text[at+i+1:]) != "" {
				ends = append(ends, at+i)
			}
		}
	}
	for _, m := range ui.SQLPart.FindAllStringIndex(text, -1) {
		note(text[at:m[0]])
		at = m[1]
	}
	note(text[at:])
	return append(ends, len(text))
}

// GridRoom implements grid.Host.
func (h *sheetHost) GridRoom() (int, int) {
	wide, tall := h.Room()
	panes, _ := h.layout(ui.Pane{Area: uv.Rect(0, 0, wide, tall)})
	half, other := h.halves(panes[resultPane])
	if h.sheet == h.beside() {
		half = other
	}
	return half.Width(), half.Height()
}

// Arrange implements grid.Host. It sorts and filters the stored result.
func (h *sheetHost) Arrange() tea.Cmd {
	s, g := h.sheet, h.sheet.rows
	source, order, where := s.base, g.Order, g.Where
	if source == nil {
		return nil
	}
	return h.Work.Start(&h.arranging, func(ctx context.Context) tea.Msg {
		if len(order) == 0 && len(where) == 0 {
			return sortedMsg{s, nil, nil}
		}
		sorted, err := pager.Arrange(ctx, source, where, order)
		return sortedMsg{s, sorted, err}
	})
}

// sortedMsg brings the rows of a result in another order; nil means the
// original order.
type sortedMsg struct {
	sheet *sheet
	rows  *pager.Sorted
	err   error
}

func (q *queryView) arranged(msg sortedMsg) tea.Cmd {
	if msg.err != nil {
		p := describe("the rows cannot be sorted", msg.err)
		return q.Toast(ui.Warned, sentences(strings.Join(p.why, " "), strings.Join(p.fix, " ")))
	}
	if msg.rows == nil {
		return msg.sheet.rows.Take(msg.sheet.base, msg.sheet.base.Fill)
	}
	return msg.sheet.rows.Take(msg.rows, nil)
}

func (h *sheetHost) LookChanged() {}

func (h *sheetHost) RowsFailed(err error) tea.Cmd {
	return h.wrong(h.sheet, err)
}

func (h *sheetHost) OpenRow() tea.Cmd {
	g := h.sheet.rows
	values := g.Values()
	if values == nil {
		return nil
	}
	lines := g.Wrapped(func() []ui.StyledLine { return g.JSONLines(values) })
	return h.Open(&ui.Reader{Kit: h.Kit, Head: "ROW " + ui.Count(g.Row+1), Lines: lines})
}
