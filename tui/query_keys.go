package tui

import (
	"slices"
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/textarea"
	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/tui/ui"
)

// snapshot is a state of an editor, for undo.
type snapshot struct {
	text         string
	line, column int
}

// edits are the states before and after the current one.
type edits struct {
	undo, redo []snapshot
	typing     bool // the last change typed a letter of a word, to which the next one belongs
}

// mostEdits bounds the steps that can be undone.
const mostEdits = 500

func snapshotOf(e *textarea.Model) snapshot { return snapshot{e.Value(), e.Line(), e.Column()} }

// changed stores the state before a change. The letters of a word are one
// change.
func (e *edits) changed(before snapshot, msg tea.Msg) {
	press, typed := msg.(tea.KeyPressMsg)
	typed = typed && press.Text != "" && press.Text != " "
	if !typed || !e.typing {
		e.undo = append(e.undo, before)
		e.undo = e.undo[max(0, len(e.undo)-mostEdits):]
	}
	e.typing, e.redo = typed, nil
}

// back goes from the current state to the last one of a list, and adds the
// current one to another.
func (s *sheet) back(from, to *[]snapshot) {
	n := len(*from) - 1
	last := (*from)[n]
	*from, *to = (*from)[:n], append(*to, snapshotOf(&s.editor))
	s.edits.typing = false
	s.editor.SetValue(last.text)
	moveCursor(&s.editor, last.line, last.column)
	s.fault = nil
}

// undo is always possible: its key must never suspend the program instead.
func (q *queryView) undo() tea.Cmd {
	s := q.sheet()
	if len(s.edits.undo) == 0 {
		return q.Toast(ui.Told, "there is nothing to undo")
	}
	q.popup.close()
	s.back(&s.edits.undo, &s.edits.redo)
	return nil
}

func (q *queryView) redo() tea.Cmd {
	s := q.sheet()
	q.popup.close()
	s.back(&s.edits.redo, &s.edits.undo)
	return nil
}

// rewrite replaces the text as one change.
func (s *sheet) rewrite(text string, line, column int) {
	s.edits.changed(snapshotOf(&s.editor), nil)
	s.editor.SetValue(text)
	moveCursor(&s.editor, line, column)
	s.fault = nil
}

// format lays out the statement with the cursor.
func (q *queryView) format() tea.Cmd {
	s := q.sheet()
	whole := s.editor.Value()
	from, to := statementAt(whole, offsetOf(&s.editor))
	piece := whole[from:to]
	lead := piece[:len(piece)-len(strings.TrimLeft(piece, " \t\n"))]
	formatted := whole[:from] + lead + ui.FormatSQL(strings.TrimSpace(piece)) + whole[to:]
	if formatted == whole {
		return q.Toast(ui.Told, "the query is already formatted")
	}
	q.popup.close()
	s.rewrite(formatted, strings.Count(whole[:from]+lead, "\n"), 0)
	return nil
}

// comment makes the line with the cursor a comment, or no longer one.
func (q *queryView) comment() tea.Cmd {
	s := q.sheet()
	lines := strings.Split(s.editor.Value(), "\n")
	n, column := s.editor.Line(), s.editor.Column()
	text := strings.TrimLeft(lines[n], " \t")
	indent := lines[n][:len(lines[n])-len(text)]
	if bare, ok := strings.CutPrefix(text, "--"); ok {
		bare = strings.TrimPrefix(bare, " ")
		lines[n] = indent + bare
		column -= utf8.RuneCountInString(text) - utf8.RuneCountInString(bare)
	} else {
		lines[n] = indent + "-- " + text
		column += len("-- ")
	}
	if n < len(lines)-1 {
		n, column = n+1, s.editor.Column() // the next line is often the next to comment
	}
	q.popup.close()
	s.rewrite(strings.Join(lines, "\n"), n, max(0, column))
	return nil
}

// tab inserts the chosen completion, offers completions for the word before the
// cursor, or indents. It never leaves the editor.
func (q *queryView) tab() tea.Cmd {
	if q.popup.open() {
		return q.complete()
	}
	s := q.sheet()
	line := []rune(lineOf(s.editor.Value(), s.editor.Line()))
	if at := s.editor.Column(); at > 0 && at <= len(line) && isWord(line[at-1]) {
		if q.suggest(); q.popup.open() {
			return nil
		}
	}
	s.edits.changed(snapshotOf(&s.editor), nil)
	s.editor.InsertString("  ")
	return nil
}

func isWord(r rune) bool {
	return r == '_' || r == '.' || r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z'
}

// outdent removes up to two blanks at the start of the line.
func (q *queryView) outdent() tea.Cmd {
	s := q.sheet()
	lines := strings.Split(s.editor.Value(), "\n")
	n := s.editor.Line()
	short := strings.TrimPrefix(strings.TrimPrefix(lines[n], " "), " ")
	if removed := len(lines[n]) - len(short); removed > 0 {
		lines[n] = short
		s.rewrite(strings.Join(lines, "\n"), n, max(0, s.editor.Column()-removed))
	}
	return nil
}

// bracketPairs are the closing brackets by their opening ones.
var bracketPairs = map[byte]byte{'(': ')', '[': ']', '{': '}'}

// brackets returns the byte offsets of the bracket at or before the cursor and
// of its partner, and of those that have no partner. Brackets in strings and
// comments do not count.
func brackets(text string, cursor int) (pair []int, lonely []int) {
	var open []int
	at := 0
	scan := func(to int) {
		for ; at < to; at++ {
			c := text[at]
			switch {
			case bracketPairs[c] != 0:
				open = append(open, at)
			case c == ')' || c == ']' || c == '}':
				n := len(open) - 1
				if n < 0 || bracketPairs[text[open[n]]] != c {
					lonely = append(lonely, at)
					continue
				}
				if o := open[n]; o == cursor || at == cursor || len(pair) == 0 && (o == cursor-1 || at == cursor-1) {
					pair = []int{o, at}
				}
				open = open[:n]
			}
		}
	}
	for _, m := range ui.SQLPart.FindAllStringIndex(text, -1) {
		scan(m[0])
		at = m[1]
	}
	scan(len(text))
	return pair, append(lonely, open...)
}

// markBrackets highlights the brackets at the cursor, and underlines those
// without a partner.
func (q *queryView) markBrackets(text ui.Pane, s *sheet, top, left int, focused bool) {
	whole := s.editor.Value()
	cursor := -2
	if focused {
		cursor = offsetOf(&s.editor)
	}
	pair, lonely := brackets(whole, cursor)
	style := func(offset int, change func(*uv.Style)) {
		before := whole[:offset]
		start := strings.LastIndexByte(before, '\n') + 1
		x := ui.Width(strings.ReplaceAll(before[start:], "\t", "  ")) - left
		if y := strings.Count(before, "\n") - top; x >= 0 && y >= 0 {
			text.Part(x, y, 1, 1).Restyle(change)
		}
	}
	for _, at := range lonely {
		style(at, func(c *uv.Style) { c.Fg, c.Underline = q.Theme.Bad.Fg, uv.UnderlineCurly })
	}
	for _, at := range pair {
		style(at, func(c *uv.Style) {
			c.Fg, c.Bg, c.Attrs = q.Theme.Match.Fg, q.Theme.Match.Bg, c.Attrs|uv.AttrBold|q.Theme.Match.Attrs
		})
	}
}

// beside returns the sheet whose result is shown beside the current one, or
// nil.
func (q *queryView) beside() *sheet {
	if q.paired == nil || q.paired == q.sheet() || !slices.Contains(q.sheets, q.paired) {
		return nil
	}
	return q.paired
}

// toggleBeside shows the result of the previous sheet beside the current one,
// or no longer.
func (q *queryView) toggleBeside() tea.Cmd {
	if q.beside() != nil {
		q.paired = nil
		return q.sheet().rows.Fetch()
	}
	at := q.tabs.At()
	q.paired = q.sheets[(at+len(q.sheets)-1)%len(q.sheets)]
	return tea.Batch(q.sheet().rows.Fetch(), q.paired.rows.Fetch())
}

// halves divides the pane for results between the current sheet and the one
// beside it.
func (q *queryView) halves(p ui.Pane) (current, other ui.Pane) {
	if q.beside() == nil || p.Width() < 2*ui.LeastWide {
		return p, p.Part(0, 0, 0, 0)
	}
	return p.Left(p.Width() / 2), p.Right(p.Width() / 2)
}

// swap makes the sheet beside the current one the current one.
func (q *queryView) swap(o *sheet) tea.Cmd {
	q.paired = q.sheet()
	q.panes.At = resultPane
	return q.tabs.To(slices.Index(q.sheets, o))
}
