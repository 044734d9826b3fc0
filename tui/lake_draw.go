package tui

import (
	"fmt"
	"slices"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
	"stedi/pipeline/survey"
	"stedi/tui/ui"
)

func (l *lakeView) draw(p ui.Pane) {
	if l.lake() == nil {
		l.drawWaiting(p)
		return
	}
	if l.starts() {
		l.drawStart(p)
		return
	}
	switch {
	case p.Width() < ui.Narrow || l.panes.Zoomed:
		l.drawPane(p, l.panes.At)
	case p.Width() < ui.Medium:
		left, right, grip := p.Beside(ui.Border{
			Moved: &l.borders.list, Usual: min(max(36, p.Width()*45/100, l.listWidth()), p.Width()*6/10), Least: ui.LeastWide,
			Before: []int{tablesPane}, After: []int{lineagePane, columnsPane, activityPane},
		})
		l.drawList(left)
		l.drawBeside(right)
		grip()
	default:
		l.drawWide(p)
	}
}

// drawBeside draws what describes the chosen table: the funnel above the columns
// or the activity, if there is room for both.
func (l *lakeView) drawBeside(p ui.Pane) {
	const both = 18
	if p.Height() < both {
		l.drawPane(p, max(lineagePane, l.panes.At))
		return
	}
	upper, lower, grip := p.Across(ui.Border{
		Moved: &l.borders.lineage, Usual: p.Height() * 45 / 100, Least: ui.LeastTall,
		Before: []int{lineagePane}, After: []int{columnsPane, activityPane},
	})
	l.drawLineage(upper)
	l.drawPane(lower, max(columnsPane, l.panes.At))
	grip()
}

// listWidth returns the width of the list of tables in which no name is cut.
func (l *lakeView) listWidth() int {
	name, rows := 0, 0
	for _, table := range l.tables() {
		name, rows = max(name, ui.Width(table)), max(rows, ui.Width(l.rowsNow(table)))
	}
	const frame, before, between = 2, 3, 1
	return frame + before + name + between + rows + verdictWidth
}

// noLake is shown in place of a lake if none is open.
func (a *app) noLake() string {
	return "no lake is open: " + a.Keys.Label("open-lake", "O") + " opens one"
}

// drawWaiting is drawn until the lake is open.
func (l *lakeView) drawWaiting(p ui.Pane) {
	in := p.Box(l.Theme, "LAKE", false)
	text := "opening " + l.options.Lake + " …"
	if l.options.Open == nil {
		text = l.noLake()
	}
	if l.failure != nil && !l.opening.Working() {
		text = "the lake is not open: " + l.forDetails()
	}
	in.Text(2, 1, l.Theme.Dim, text)
}

func (l *lakeView) drawPane(p ui.Pane, which int) {
	switch which {
	case lineagePane:
		l.drawLineage(p)
	case columnsPane:
		l.drawColumns(p)
	case activityPane:
		l.drawActivity(p)
	default:
		l.drawList(p)
	}
}

// drawWide draws all panes: the zones side by side, the lineage below them,
// then columns and activity.
func (l *lakeView) drawWide(p ui.Pane) {
	zones := l.zones()
	most := 0
	for _, zone := range zones {
		most = max(most, len(l.inZone(zone)))
	}
	third := p.Height() / 3
	upper := min(max(most+6, third), p.Height()/2)
	top, rest, grip := p.Across(ui.Border{
		Moved: &l.borders.zones, Usual: min(max(4, upper), p.Height()-8), Least: ui.LeastTall,
		Before: []int{tablesPane}, After: []int{lineagePane, columnsPane, activityPane},
	})
	defer grip()
	l.drawZones(top, zones)
	middle, lower, grip := rest.Across(ui.Border{
		Moved: &l.borders.lineage, Usual: min(max(4, rest.Height()*45/100, len(l.lake().Tables)+2), rest.Height()-4), Least: ui.LeastTall,
		Before: []int{lineagePane}, After: []int{columnsPane, activityPane},
	})
	defer grip()
	l.drawLineage(middle)
	left, right, grip := lower.Beside(ui.Border{
		Moved: &l.borders.columns, Usual: p.Width() * 58 / 100, Least: ui.LeastWide,
		Before: []int{columnsPane}, After: []int{activityPane},
	})
	defer grip()
	l.drawColumns(left)
	l.drawActivity(right)
}

// drawZones draws each zone in its own box.
func (l *lakeView) drawZones(p ui.Pane, zones []string) {
	wide := p.Width() / len(zones)
	n, at := len(l.lines()), 0
	for i, zone := range zones {
		q := p.Part(i*wide, 0, wide, p.Height())
		if i == len(zones)-1 {
			q = p.Right(i * wide)
		}
		tables := l.inZone(zone)
		chosen := slices.Contains(tables, l.list.Key) && l.panes.At == tablesPane
		in := q.Box(l.Theme, filtered(strings.ToUpper(zone), l.wanted, l.hidden(zone)), chosen)
		q.Note(l.Theme.Zone(i), fmt.Sprint(len(tables)))
		l.rowHead(in.Line(0))
		first := at + 1 // behind the heading, which is the title
		at = first + len(tables)
		l.list.DrawPart(q, in.Bottom(1), first, at, n, func(r ui.Row) { l.drawTable(r, tables[r.N-first]) })
		if rest := in.Bottom(len(tables) + 2); rest.Height() >= 1 {
			l.zoneSummary(rest, zone)
		}
	}
}

// hidden returns how many tables of a zone, or of all zones, the filter hides.
func (l *lakeView) hidden(zone string) (n int) {
	for _, z := range l.zones() {
		if zone == "" || z == zone {
			n += len(l.named(z, "")) - len(l.inZone(z))
		}
	}
	return n
}

// zoneSummary says how much lies in a zone, and how that grew.
func (l *lakeView) zoneSummary(p ui.Pane, zone string) {
	var files int
	var bytes int64
	var trend []int64
	for _, t := range l.lake().Tables {
		v := l.table(t.Name)
		if t.Zone != zone || v == nil {
			continue
		}
		files += v.Files
		bytes += v.Bytes
		trend = addEnds(trend, v.Trend)
	}
	if !slices.Contains(l.lake().Zones(), zone) {
		return // not listed yet
	}
	lines := []string{fmt.Sprintf("%s · %s", ui.Plural(int64(files), "file", "files"), ui.Size(bytes))}
	if len(trend) > 1 {
		lines = append(lines, "rows by run "+ui.Spark(trend, max(1, p.Width()-15)))
	}
	for y, line := range lines {
		p.Cut(2, y, p.Width()-3, l.Theme.Dim, line)
	}
}

// addEnds adds two series that are aligned at their newest values.
func addEnds(a, b []int64) []int64 {
	if len(a) < len(b) {
		a, b = b, a
	}
	sum := append([]int64{}, a...)
	for i := range b {
		sum[len(a)-1-i] += b[len(b)-1-i]
	}
	return sum
}

// drawList draws all tables in one column, below the names of their zones.
func (l *lakeView) drawList(p ui.Pane) {
	in := p.Box(l.Theme, filtered("TABLES", l.wanted, l.hidden("")), l.panes.At == tablesPane)
	p.Note(l.Theme.Dim, ui.Plural(int64(len(l.tables())), "table", "tables"))
	l.rowHead(in.Line(0))
	lines := l.lines()
	l.list.Draw(p, in.Bottom(1), len(lines), func(r ui.Row) {
		if line := lines[r.N]; line.table != "" {
			l.drawTable(r, line.table)
		} else {
			r.Text(1, 0, l.Theme.Zone(line.zone), line.name)
		}
	})
}

// Columns of a table's line, from the right: check result, age, size, rows.
const (
	verdictWidth = 4
	ageWidth     = 12
	sizeWidth    = 10
)

// places returns the column in which each part of a table's line ends; 0 means
// that there is no room.
func places(w int) (rows, size, age int) {
	end := w - verdictWidth
	if w >= 58 {
		age = end
		end -= ageWidth
	}
	if w >= 66 {
		size = end
		end -= sizeWidth
	}
	return end, size, age
}

// roomy is the width from which a list of tables also says in words what is known
// of each; tableWidth is the width of the other parts then.
const (
	roomy      = 100
	tableWidth = 68
)

func (l *lakeView) rowHead(p ui.Pane) {
	t := l.Theme
	if p.Width() >= roomy {
		p.Text(tableWidth+1, 0, t.Heading, "STATE AND RESULT")
		p = p.Left(tableWidth)
	}
	rows, size, age := places(p.Width())
	p.Text(3, 0, t.Heading, "TABLE")
	p.TextRight(rows, 0, t.Heading, "ROWS")
	if size > 0 {
		p.TextRight(size, 0, t.Heading, "SIZE")
	}
	if age > 0 {
		p.TextRight(age, 0, t.Heading, "CHANGED")
	}
	p.TextRight(p.Width()-1, 0, t.Heading, "OK")
}

// drawTable draws one line: the table, its rows, and whether it is right.
func (l *lakeView) drawTable(r ui.Row, table string) {
	t, p, back := l.Theme, r.Pane, r.Back
	name := ui.Over(t.Text, back)
	if r.Chosen {
		p.Text(1, 0, ui.Over(t.Accent, back), "▸")
	}
	v := l.table(table)
	if p.Width() >= roomy {
		l.drawWords(p.Right(tableWidth+1), v, back)
		p = p.Left(tableWidth)
	}
	rows, sizeAt, age := places(p.Width())
	number := l.rowsNow(table)
	if o := l.other(table); o != nil {
		number = o.Format // its row count is unknown unless it is read
		if o.Kind == "view" {
			number = o.Kind
		}
		if age > 0 {
			p.TextRight(age, 0, ui.Over(t.Dim, back), ui.Ago(l.now(), o.Updated))
		}
	}
	p.Cut(3, 0, rows-ui.Width(number)-4, name, table)
	if state := l.live.step(table); state != pipeline.Waiting {
		mark, style := l.stateMark(state)
		p.Text(2, 0, ui.Over(style, back), mark)
	} else if v != nil && !v.Missing {
		mark, _, style := l.badge(v)
		p.Text(2, 0, ui.Over(style, back), mark)
	}
	p.TextRight(rows, 0, ui.Over(t.Number, back), number)
	if v != nil {
		if sizeAt > 0 && !v.Missing {
			p.TextRight(sizeAt, 0, ui.Over(t.Dim, back), ui.Size(v.Bytes))
		}
		if age > 0 {
			p.TextRight(age, 0, ui.Over(t.Dim, back), ui.Ago(l.now(), v.Changed))
		}
		mark, style := l.verdict(v)
		p.TextRight(p.Width()-1, 0, ui.Over(style, back), mark)
	}
}

// drawWords draws in words what is known of a table.
func (l *lakeView) drawWords(p ui.Pane, v *survey.TableView, back uv.Style) {
	if v == nil {
		return
	}
	x := 0
	if _, words, style := l.badge(v); words != "" {
		x = p.Text(0, 0, ui.Over(style, back), words) + 2
	}
	text, style := l.results[v.Table].why, l.Theme.Dim
	if _, tone := l.results[v.Table].look(l.Theme); text != "" {
		style = tone
	} else if t := l.lake().Table(v.Table); t != nil {
		text = t.Doc
	}
	p.Cut(x, 0, p.Width()-x-1, ui.Over(style, back), text)
}

// rowsNow formats the rows of a table: of the version that a step is writing, or
// that a run has published since the last survey.
func (a *app) rowsNow(name string) string {
	if step := a.live.steps[name]; step != nil && (a.live.busy() || a.unsurveyed()) {
		switch {
		case step.state == pipeline.Published && step.record != nil:
			return ui.Count(step.record.Rows)
		case step.state == pipeline.Running && step.progress.RowsWritten > 0:
			return ui.Count(step.progress.RowsWritten)
		}
	}
	if v := a.table(name); v != nil {
		return a.rowsOf(v)
	}
	return ""
}

func (a *app) rowsOf(v *survey.TableView) string {
	if v.Missing {
		return "—"
	}
	if rows, known := a.rows(v); known {
		return ui.Count(rows)
	}
	return "?"
}

// verdict returns the result of a table's count and checks as one character, or
// the mark of the first wrong table.
func (l *lakeView) verdict(v *survey.TableView) (string, uv.Style) {
	if v.Missing {
		return "–", l.Theme.Dim
	}
	if l.isFirstWrong(v.Table) {
		return "→✗", l.Theme.Bad
	}
	return l.results[v.Table].look(l.Theme)
}
