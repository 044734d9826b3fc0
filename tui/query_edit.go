package tui

import (
	"cmp"
	_ "embed" // the list of functions
	"fmt"
	"regexp"
	"slices"
	"strings"

	"charm.land/bubbles/v2/textarea"
	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/tui/ui"
)

// editorActions returns the editor's actions other than typing.
func (q *queryView) editorActions() []ui.Action {
	k := q.Keys
	return []ui.Action{
		k.Act("complete", "tab", "complete, or indent", q.tab).At(2),
		k.Act("outdent", "shift+tab", "remove the indent", q.outdent),
		k.Act("undo", "ctrl+z", "undo", q.undo).At(8),
		k.Act("redo", "ctrl+y alt+z", "redo", q.redo).When(len(q.sheet().edits.redo) > 0, "there is nothing to redo"),
		k.Act("format", "f4", "format", q.format).At(6),
		k.Act("comment", "ctrl+/ ctrl+_ alt+c", "comment the line", q.comment),
		k.Act("complete-next", "ctrl+n", "next completion", func() tea.Cmd { return q.offers.Turn(1) }).When(q.popup.open(), "there is nothing to complete"),
		k.Act("complete-last", "ctrl+p", "previous completion", func() tea.Cmd { return q.offers.Turn(-1) }).When(q.popup.open(), "there is nothing to complete"),
		k.Act("leave-editor", "esc", "to the rows", q.leaveEditor).At(3),
	}
}

func (q *queryView) leaveEditor() tea.Cmd {
	if q.popup.open() {
		q.popup.close()
		return nil
	}
	q.panes.At = resultPane
	return nil
}

func (q *queryView) writing() bool { return q.panes.At == editorPane }

// typed handles the keys that type text or move the cursor.
func (q *queryView) typed(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	if q.panes.At != editorPane {
		return nil, false
	}
	if _, special := ui.Find(q.actions(), msg); special {
		return nil, false
	}
	return q.edit(msg), true
}

// mostLines bounds the lines in the editor, which drops further lines.
const mostLines = 10000

func (q *queryView) pasted(text string) tea.Cmd {
	if lines := strings.Count(q.sheet().editor.Value(), "\n") + 1 + strings.Count(text, "\n"); lines > mostLines {
		return q.Toast(ui.Warned, fmt.Sprintf("the pasted text was not used: with it the query would have %d lines, and the editor holds %d", lines, mostLines))
	}
	return q.edit(tea.PasteMsg{Content: text})
}

func (q *queryView) edit(msg tea.Msg) tea.Cmd {
	s := q.sheet()
	before := snapshotOf(&s.editor)
	var cmd tea.Cmd
	s.editor, cmd = s.editor.Update(msg)
	if s.editor.Value() != before.text {
		s.edits.changed(before, msg)
		s.fault = nil
		q.suggest()
	} else {
		q.popup.close()
	}
	return cmd
}

// offsetOf returns the byte offset of the cursor in the text.
func offsetOf(e *textarea.Model) int {
	lines := strings.Split(e.Value(), "\n")
	offset := 0
	for i := range min(e.Line(), len(lines)) {
		offset += len(lines[i]) + 1
	}
	if e.Line() < len(lines) {
		runes := []rune(lines[e.Line()])
		offset += len(string(runes[:min(e.Column(), len(runes))]))
	}
	return offset
}

// moveCursor moves the cursor to a line and a column, from 0.
func moveCursor(e *textarea.Model, line, column int) {
	e.MoveToBegin()
	for e.Line() < line {
		before := e.Line()
		e.CursorDown()
		if e.Line() == before {
			break
		}
	}
	e.SetCursorColumn(column)
}

// completion offers completions for the word at the cursor.
type completion struct {
	prefix string
	words  []offered
}

// offered is a word with its kind.
type offered struct{ word, kind string }

const (
	mostOffered = 8
	// leastForeign is the minimal number of letters for functions of other
	// dialects; fewer letters match too many of them.
	leastForeign = 4
)

//go:embed functions.tsv
var functionList string

// offeredFunctions are functions with their signatures. A test runs each of
// them.
var offeredFunctions = func() []offered {
	var list []offered
	for line := range strings.Lines(functionList) {
		if name, signature, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			list = append(list, offered{name + "(", signature})
		}
	}
	return list
}()

func (c *completion) open() bool { return len(c.words) > 0 }
func (c *completion) close()     { c.words = nil }

var (
	wordBefore = regexp.MustCompile(`(?:(\w+)\.)?(\w*)$`)
	// inScope matches the tables that a text reads, with their aliases. It is a
	// heuristic for completion.
	inScope = regexp.MustCompile(`(?i)\b(?:from|join)\s+"?(\w+)"?(?:\s+(?:as\s+)?(\w+))?`)
)

// suggest finds completions for the text before the cursor.
func (q *queryView) suggest() {
	s := q.sheet()
	q.popup = completion{}
	q.offers.Reset()
	text := s.editor.Value()
	before := text[:offsetOf(&s.editor)]
	m := wordBefore.FindStringSubmatch(before[strings.LastIndexByte(before, '\n')+1:])
	if m == nil || m[1] == "" && m[2] == "" || q.lake() == nil {
		return
	}
	var all []offered
	if m[1] != "" {
		all = q.columnsOf(text, m[1])
	} else {
		all = q.wordsFor(text)
	}
	prefix := strings.ToLower(m[2])
	for _, o := range all {
		low := strings.ToLower(o.word)
		if strings.HasPrefix(low, prefix) && low != prefix && len(q.popup.words) < mostOffered {
			q.popup.words = append(q.popup.words, o)
		}
	}
	if m[1] == "" && len(prefix) >= leastForeign && !ui.SQLWords[prefix] {
		q.substitute(prefix)
	}
	q.popup.prefix = m[2]
}

// substitute offers the engine's equivalent of a function of another SQL
// dialect.
func (q *queryView) substitute(prefix string) {
	for _, s := range pipeline.Substitutes(cmp.Or(q.engine(), q.options.Engine)) {
		if strings.HasPrefix(s.Function, prefix) && s.Name() != "" && len(q.popup.words) < mostOffered {
			q.popup.words = append(q.popup.words, offered{s.Name(), "for " + s.Function})
		}
	}
}

// scope maps the aliases in a text to the tables that it reads.
func (q *queryView) scope(text string) map[string]string {
	tables := map[string]string{}
	for _, m := range inScope.FindAllStringSubmatch(text, -1) {
		name := strings.ToLower(m[1])
		tables[name] = name
		if alias := strings.ToLower(m[2]); alias != "" && !ui.SQLWords[alias] {
			tables[alias] = name
		}
	}
	return tables
}

// columnsOf offers the columns of the table with a name or alias in the text.
func (q *queryView) columnsOf(text, name string) []offered {
	table := q.lake().Table(q.scope(text)[strings.ToLower(name)])
	if table == nil {
		table = q.lake().Table(name)
	}
	if table == nil {
		return nil
	}
	var list []offered
	for _, c := range table.Columns {
		list = append(list, offered{c.Name, c.Type.String()})
	}
	return list
}

// wordsFor offers columns of the tables in the text, tables, functions and SQL
// keywords. Before the text has a table, it offers the columns of all tables.
func (q *queryView) wordsFor(text string) []offered {
	var list []offered
	seen := map[string]int{}
	scope := q.scope(text)
	for _, name := range scope {
		for _, c := range q.columnsOf(text, name) {
			if _, known := seen[c.word]; !known {
				seen[c.word] = len(list)
				list = append(list, c)
			}
		}
	}
	if len(scope) == 0 {
		list = q.everyColumn()
	}
	slices.SortFunc(list, func(a, b offered) int { return strings.Compare(a.word, b.word) })
	for _, t := range q.lake().Tables {
		list = append(list, offered{t.Name, "table"})
	}
	for _, w := range offeredWords {
		list = append(list, offered{w, "SQL"})
	}
	return append(list, offeredFunctions...)
}

// everyColumn offers the columns of all tables, with their tables.
func (q *queryView) everyColumn() []offered {
	var list []offered
	tables := map[string][]string{}
	for _, t := range q.lake().Tables {
		for _, c := range t.Columns {
			low := strings.ToLower(c.Name)
			if tables[low] == nil {
				list = append(list, offered{word: c.Name})
			}
			tables[low] = append(tables[low], t.Name)
		}
	}
	for i := range list {
		of := tables[strings.ToLower(list[i].word)]
		list[i].kind = of[0]
		if len(of) > 1 {
			list[i].kind = fmt.Sprintf("%d tables", len(of))
		}
	}
	return list
}

// offeredWords are the SQL keywords that are long enough for completion.
var offeredWords = strings.Fields(`select from where group by order having limit offset distinct join inner left on
	and or not in is null between like case when then else end as count sum avg min max union all with exists cast
	coalesce desc asc nulls first last`)

// complete inserts the rest of the selected word.
func (q *queryView) complete() tea.Cmd {
	s, word := q.sheet(), q.popup.words[q.offers.At()].word
	s.edits.changed(snapshotOf(&s.editor), nil)
	for range []rune(q.popup.prefix) {
		s.editor, _ = s.editor.Update(tea.KeyPressMsg{Code: tea.KeyBackspace})
	}
	s.editor.InsertString(word)
	q.popup.close()
	return nil
}

// editedMsg brings a text back from the reader's external editor.
type editedMsg struct {
	sheet *sheet
	text  string
	err   error
}

// editOutside opens the text in the reader's external editor.
func (q *queryView) editOutside() tea.Cmd {
	s := q.sheet()
	edit, finish, err := q.options.Editor(s.editor.Value())
	if err != nil {
		q.fail("the editor cannot be started", err)
		return nil
	}
	return tea.ExecProcess(edit, func(err error) tea.Msg {
		text, e := finish()
		if err == nil {
			err = e
		}
		return editedMsg{s, text, err}
	})
}

func (q *queryView) edited(msg editedMsg) tea.Cmd {
	if msg.err != nil {
		return q.Toast(ui.Failed, "the editor: "+msg.err.Error())
	}
	msg.sheet.rewrite(strings.TrimRight(msg.text, "\n"), 0, 0)
	return nil
}
