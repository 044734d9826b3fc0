package tui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/pipeline/pager"
	"stedi/tui/ui"
)

// SavedQuery is a query that the reader saved under a name.
type SavedQuery struct {
	Name string `json:"name"`
	SQL  string `json:"sql"`
}

// PastQuery is a query in the history.
type PastQuery struct {
	At      time.Time `json:"at"`
	SQL     string    `json:"sql"`
	Engine  string    `json:"engine"`
	OK      bool      `json:"ok"`
	Rows    int64     `json:"rows"`
	Seconds float64   `json:"seconds"`
}

// catalog lists what the reader can query: tables with their columns, and saved
// queries.
type catalog struct {
	wanted string
	list   ui.List
	open   map[string]bool // tables whose columns are shown
}

// catalogLine is a line of the catalog.
type catalogLine struct {
	heading string
	zone    int
	table   *pipeline.Table
	other   *pipeline.CatalogTable
	column  *pipeline.Column
	saved   *SavedQuery
	own     bool   // saved by the reader
	doc     string // description of a preset
}

// name identifies a line.
func (l catalogLine) name() string {
	switch {
	case l.heading != "":
		return "zone " + l.heading
	case l.column != nil:
		return "column " + l.table.Name + " " + l.column.Name
	case l.table != nil:
		return "table " + l.table.Name
	case l.other != nil:
		return "table " + l.other.Name
	case l.own:
		return "own query " + l.saved.Name
	default:
		return "query " + l.saved.Name
	}
}

func (q *queryView) catalogLines() []catalogLine {
	lake := q.lake()
	if lake == nil {
		return nil
	}
	var lines []catalogLine
	for i, zone := range q.zones() {
		lines = append(lines, catalogLine{heading: zone, zone: i})
		for _, name := range q.named(zone, q.tree.wanted) {
			t := lake.Table(name)
			if t == nil {
				lines = append(lines, catalogLine{other: q.other(name)})
				continue
			}
			lines = append(lines, catalogLine{table: t})
			for c := range t.Columns {
				if q.tree.open[t.Name] {
					lines = append(lines, catalogLine{table: t, column: &t.Columns[c]})
				}
			}
		}
	}
	wanted := strings.ToLower(strings.TrimSpace(q.tree.wanted))
	lines = append(lines, catalogLine{heading: "queries", zone: -1})
	for i := range q.known.Queries {
		if s := &q.known.Queries[i]; strings.Contains(strings.ToLower(s.Name), wanted) {
			lines = append(lines, catalogLine{saved: s, own: true})
		}
	}
	for _, p := range lake.Presets {
		if strings.Contains(p.Name, wanted) {
			lines = append(lines, catalogLine{saved: &SavedQuery{p.Name, p.SQL}, doc: p.Doc})
		}
	}
	return lines
}

func (c *catalog) actions(q *queryView) []ui.Action {
	k := q.Keys
	lines := q.catalogLines()
	var line catalogLine
	if at := c.list.At(); at < len(lines) {
		line = lines[at]
	}
	return append(c.list.Actions("", ui.LetterKeys, 0),
		k.Act("take", "enter", "insert", func() tea.Cmd { return q.take(line) }).At(2).When(line.heading == "", "it is a heading"),
		k.Act("columns", "space right left", "columns", func() tea.Cmd { return c.toggle(line) }).At(3).When(line.table != nil, "only tables have columns"),
		k.Was("s", "preview", "o", "first 100 rows", func() tea.Cmd { return q.previewLine(line) }).At(3).When(line.table != nil || line.other != nil, "only tables have rows"),
		k.Was("x", "forget", "delete", "delete", func() tea.Cmd { return q.askForget(line) }).At(3).When(line.own, "only your own queries can be deleted"),
	)
}

func (c *catalog) toggle(line catalogLine) tea.Cmd {
	c.open[line.table.Name] = !c.open[line.table.Name]
	return nil
}

// take inserts a name into the text, or opens a query in a new sheet and runs
// it.
func (q *queryView) take(line catalogLine) tea.Cmd {
	switch {
	case line.saved != nil:
		return q.Want(runQuery{line.saved.Name, line.saved.SQL})
	case line.column != nil:
		q.sheet().editor.InsertString(line.column.Name)
	case line.table != nil:
		q.sheet().editor.InsertString(line.table.Name)
	case line.other != nil:
		q.sheet().editor.InsertString(line.other.Name)
	}
	q.panes.At = editorPane
	return nil
}

// previewRows is the number of rows in a preview.
const previewRows = 100

// preview queries the first rows of a table.
func (q *queryView) preview(t *pipeline.Table) tea.Cmd {
	text, err := pager.View{}.Select(t, previewRows)
	if err != nil {
		return q.Toast(ui.Failed, err.Error())
	}
	return q.Want(runQuery{t.Name, text})
}

// previewOther queries the first rows of a table that only the catalog has.
func (q *queryView) previewOther(o *pipeline.CatalogTable) tea.Cmd {
	if engine := q.byCatalog(); engine != nil {
		q.use(engine.Name)
	}
	return q.Want(runQuery{o.Name, sqlText("preview.sql", map[string]any{"Table": o.Name, "Rows": previewRows})})
}

// previewByCatalog queries the first rows of a table with the engine that reads
// it by its name in the catalog.
func (q *queryView) previewByCatalog(wanted previewTable) tea.Cmd {
	if wanted.other != nil {
		return q.previewOther(wanted.other)
	}
	if engine := q.byCatalog(); engine != nil {
		q.use(engine.Name)
	}
	return q.preview(wanted.table)
}

func (q *queryView) previewLine(line catalogLine) tea.Cmd {
	if line.other != nil {
		return q.previewOther(line.other)
	}
	return q.preview(line.table)
}

// askForget asks before it deletes a saved query.
func (q *queryView) askForget(line catalogLine) tea.Cmd {
	return q.Open(q.Confirm("Delete the query "+line.saved.Name+"?", "It cannot be restored.",
		ui.Answer{Key: "y", Text: "delete it", Do: func() tea.Cmd { return q.forget(line) }},
		ui.Answer{Key: "n", Text: "keep it", Do: func() tea.Cmd { return nil }}))
}

func (q *queryView) forget(line catalogLine) tea.Cmd {
	for i := range q.known.Queries {
		if &q.known.Queries[i] == line.saved {
			q.known.Queries = append(q.known.Queries[:i:i], q.known.Queries[i+1:]...)
			break
		}
	}
	return q.Toast(ui.Told, "deleted the query "+line.saved.Name)
}

// askSave asks for a name and saves the text under it.
func (q *queryView) askSave() tea.Cmd {
	text := q.sheet().editor.Value()
	if strings.TrimSpace(text) == "" {
		return q.Toast(ui.Warned, "there is nothing to save")
	}
	return q.Ask(&ui.Prompt{Label: "save as:", Done: func(name string) tea.Cmd {
		if name = strings.TrimSpace(name); name == "" {
			return nil
		}
		for i := range q.known.Queries {
			if q.known.Queries[i].Name == name {
				q.known.Queries[i].SQL = text
				return q.Toast(ui.Done, "replaced "+name)
			}
		}
		q.known.Queries = append(q.known.Queries, SavedQuery{name, text})
		q.sheet().name = name
		return q.Toast(ui.Done, "saved "+name)
	}}, q.savedName())
}

// savedName returns the name under which the sheet's query is saved, or "".
func (q *queryView) savedName() string {
	name := q.sheet().name
	if slices.ContainsFunc(q.known.Queries, func(s SavedQuery) bool { return s.Name == name }) {
		return name
	}
	return ""
}

// openPast lists the query history for a search.
func (q *queryView) openPast() tea.Cmd {
	p := newPalette(q.Kit, "HISTORY")
	for _, past := range slices.Backward(q.known.Past) {
		mark := "✓"
		if !past.OK {
			mark = "✗"
		}
		p.all = append(p.all, choice{
			text: strings.Join(strings.Fields(past.SQL), " "), kind: past.At.In(q.options.Zone).Format("Jan 02 15:04"), key: mark,
			do: func() tea.Cmd {
				q.sheet().editor.SetValue(past.SQL)
				q.panes.At = editorPane
				return nil
			},
		})
	}
	return p.show()
}

func (q *queryView) drawCatalog(p ui.Pane) {
	t := q.Theme
	in := p.Box(t, "CATALOG", q.panes.At == catalogPane)
	lines := q.catalogLines()
	q.tree.list.Draw(p, in, len(lines), func(r ui.Row) { q.drawCatalogLine(r.Pane, lines[r.N], r.Back) })
}

func (q *queryView) drawCatalogLine(p ui.Pane, line catalogLine, back uv.Style) {
	t := q.Theme
	switch {
	case line.heading != "" && line.zone >= 0:
		p.Text(1, 0, ui.Over(t.Zone(line.zone), back), line.heading)
	case line.heading != "":
		p.Text(1, 0, ui.Over(t.TitleFocus, back), line.heading)
	case line.column != nil:
		kind := line.column.Type.String()
		x := p.Cut(5, 0, p.Width()-7-ui.Width(kind), ui.Over(t.Text, back), line.column.Name)
		p.TextRight(max(x+2, p.Width()-1), 0, ui.Over(t.Dim, back), kind)
	case line.table != nil:
		sign := "▸ "
		if q.tree.open[line.table.Name] {
			sign = "▾ "
		}
		p.Text(1, 0, ui.Over(t.Dim, back), sign)
		number := q.rowsNow(line.table.Name)
		p.Cut(3, 0, p.Width()-5-ui.Width(number), ui.Over(t.Text, back), line.table.Name)
		p.TextRight(p.Width()-1, 0, ui.Over(t.Dim, back), number)
	case line.other != nil:
		p.Cut(3, 0, p.Width()-4, ui.Over(t.Text, back), line.other.Name)
	default:
		style := t.Warn
		if line.own {
			style = t.Accent
		}
		p.Text(1, 0, ui.Over(style, back), "★ ")
		p.Cut(3, 0, p.Width()-4, ui.Over(t.Text, back), line.saved.Name)
	}
}
