package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"stedi/pipeline"
)

func (l *lakeView) draw(p pane) {
	if l.lake() == nil {
		l.drawWaiting(p)
		return
	}
	switch {
	case p.width() < narrow || l.panes.zoomed:
		l.drawPane(p, l.panes.at)
	case p.width() < medium:
		left, right, grip := p.beside(border{
			moved: &l.borders.list, usual: max(36, p.width()*45/100), least: leastWide,
			before: []int{tablesPane}, after: []int{lineagePane, columnsPane, activityPane},
		})
		l.drawList(left)
		l.drawPane(right, max(lineagePane, l.panes.at))
		grip()
	default:
		l.drawWide(p)
	}
}

// drawWaiting stands in until the lake is open.
func (l *lakeView) drawWaiting(p pane) {
	in := p.box(l.theme, "LAKE", false)
	text := "opening " + l.options.Lake + " …"
	if l.root.failure != nil && !l.opening.working() {
		text = "the lake is not open: press ! for details"
	}
	in.text(2, 1, l.theme.dim, text)
}

func (l *lakeView) drawPane(p pane, which int) {
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

// drawWide shows all panes: the zones side by side, the lineage below them,
// then columns and activity.
func (l *lakeView) drawWide(p pane) {
	zones := l.zones()
	most := 0
	for _, zone := range zones {
		most = max(most, len(l.inZone(zone)))
	}
	third := p.height() / 3
	upper := min(max(most+6, third), p.height()/2)
	top, rest, grip := p.across(border{
		moved: &l.borders.zones, usual: min(max(4, upper), p.height()-8), least: leastTall,
		before: []int{tablesPane}, after: []int{lineagePane, columnsPane, activityPane},
	})
	defer grip()
	l.drawZones(top, zones)
	middle, lower, grip := rest.across(border{
		moved: &l.borders.lineage, usual: min(max(4, rest.height()*45/100, len(l.lake().Tables)+2), rest.height()-4), least: leastTall,
		before: []int{lineagePane}, after: []int{columnsPane, activityPane},
	})
	defer grip()
	l.drawLineage(middle)
	left, right, grip := lower.beside(border{
		moved: &l.borders.columns, usual: p.width() * 58 / 100, least: leastWide,
		before: []int{columnsPane}, after: []int{activityPane},
	})
	defer grip()
	l.drawColumns(left)
	l.drawActivity(right)
}

// drawZones shows each zone in a box of its own.
func (l *lakeView) drawZones(p pane, zones []string) {
	wide := p.width() / len(zones)
	for i, zone := range zones {
		q := p.part(i*wide, 0, wide, p.height())
		if i == len(zones)-1 {
			q = p.right(i * wide)
		}
		tables := l.inZone(zone)
		chosen := slices.Contains(tables, l.at) && l.panes.at == tablesPane
		in := q.box(l.theme, strings.ToUpper(zone), chosen)
		q.note(l.theme.zone(i), fmt.Sprint(len(tables)))
		l.rowHead(in.line(0))
		for y, t := range tables {
			if y+1 < in.height() {
				l.drawTable(in.line(y+1), t)
			}
		}
		if rest := in.bottom(len(tables) + 2); rest.height() >= 1 {
			l.zoneSummary(rest, zone)
		}
		q.wheel(func(delta int) tea.Cmd { l.panes.at = tablesPane; return l.move(sign(delta)) })
	}
}

func sign(n int) int {
	if n < 0 {
		return -1
	}
	return 1
}

// zoneSummary says how much lies in a zone, and how that grew.
func (l *lakeView) zoneSummary(p pane, zone string) {
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
	lines := []string{fmt.Sprintf("%s · %s", plural(int64(files), "file", "files"), size(bytes))}
	if len(trend) > 0 {
		lines = append(lines, "rows by run "+spark(trend, max(1, p.width()-15)))
	}
	for y, line := range lines {
		p.cut(2, y, p.width()-3, l.theme.dim, line)
	}
}

// addEnds adds two series whose newest values stand at the end.
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

// drawList shows all tables in one column, below the names of their zones.
func (l *lakeView) drawList(p pane) {
	in := p.box(l.theme, "TABLES", l.panes.at == tablesPane)
	p.note(l.theme.dim, plural(int64(len(l.tables())), "table", "tables"))
	type line struct {
		zone  int
		name  string
		table string
	}
	var lines []line
	at := 0
	for i, zone := range l.zones() {
		lines = append(lines, line{zone: i, name: zone})
		for _, t := range l.inZone(zone) {
			if t == l.at {
				at = len(lines)
			}
			lines = append(lines, line{table: t})
		}
	}
	l.rowHead(in.line(0))
	list := in.bottom(1)
	from := max(0, min(at-list.height()/2, len(lines)-list.height()))
	for y := range list.height() {
		if from+y >= len(lines) {
			break
		}
		if n := lines[from+y]; n.table != "" {
			l.drawTable(list.line(y), n.table)
		} else {
			list.text(1, y, l.theme.zone(n.zone), n.name)
		}
	}
	p.wheel(func(delta int) tea.Cmd { l.panes.at = tablesPane; return l.move(sign(delta)) })
}

// Columns of a table's line, from the right: verdict, age, size, rows.
const (
	verdictWidth = 4
	ageWidth     = 12
	sizeWidth    = 10
)

// places says in which column each part of a table's line ends; 0: it has no
// room.
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

func (l *lakeView) rowHead(p pane) {
	t := l.theme
	rows, size, age := places(p.width())
	p.text(3, 0, t.heading, "TABLE")
	p.textRight(rows, 0, t.heading, "ROWS")
	if size > 0 {
		p.textRight(size, 0, t.heading, "SIZE")
	}
	if age > 0 {
		p.textRight(age, 0, t.heading, "CHANGED")
	}
	p.textRight(p.width()-1, 0, t.heading, "OK")
}

// drawTable draws one line: the table, its rows, and whether it is right.
func (l *lakeView) drawTable(p pane, table string) {
	t := l.theme
	back, name := uv.Style{}, t.text
	chosen := table == l.at
	if chosen {
		back = t.selectedFaint
		if l.panes.at == tablesPane {
			back = t.selected
		}
		p.fill(back)
		name = back
		p.text(1, 0, over(t.accent, back), "▸")
	}
	v := l.table(table)
	rows, sizeAt, age := places(p.width())
	number := l.rowsNow(table)
	if o := l.other(table); o != nil {
		number = o.Format // its row count is unknown unless it is read
		if o.Kind == "view" {
			number = o.Kind
		}
		if age > 0 {
			p.textRight(age, 0, over(t.dim, back), ago(l.now(), o.Updated))
		}
	}
	x := p.cut(3, 0, rows-width(number)-4, name, table)
	if state := l.live.step(table); state != pipeline.Waiting {
		mark, style := l.stateMark(state)
		p.text(x+1, 0, over(style, back), mark)
	}
	p.textRight(rows, 0, over(t.number, back), number)
	if v != nil {
		if sizeAt > 0 && !v.Missing {
			p.textRight(sizeAt, 0, over(t.dim, back), size(v.Bytes))
		}
		if age > 0 {
			p.textRight(age, 0, over(t.dim, back), ago(l.now(), v.Changed))
		}
		mark, style := l.verdict(v)
		p.textRight(p.width()-1, 0, over(style, back), mark)
	}
	p.click(func() tea.Cmd {
		l.panes.at = tablesPane
		if chosen {
			return l.enter()
		}
		return l.choose(table)
	})
}

// rowsNow are the rows of a table, also those that a run has just published.
func (a *app) rowsNow(name string) string {
	if step := a.live.steps[name]; step != nil && a.live.busy() {
		if step.record != nil && step.state == pipeline.Published {
			return count(step.record.Rows)
		}
		if step.progress.RowsWritten > 0 {
			return count(step.progress.RowsWritten)
		}
	}
	if v := a.table(name); v != nil {
		return a.rowsOf(v)
	}
	return ""
}

func (a *app) rowsOf(v *pipeline.TableView) string {
	if v.Missing {
		return "—"
	}
	if rows, known := a.rows(v); known {
		return count(rows)
	}
	return "?"
}

// verdict says in a character whether a table is as it should be.
func (l *lakeView) verdict(v *pipeline.TableView) (string, uv.Style) {
	t := l.theme
	switch {
	case v.Missing:
		return "–", t.dim
	case len(v.Strange) > 0:
		return "≠", t.bad
	case v.Verdict == pipeline.Wrong:
		return "✗", t.bad
	case v.Stale != "":
		return "◌", t.warn
	case v.Rejected > 0:
		return fmt.Sprintf("%d✗", min(v.Rejected, 99)), t.warn
	case v.LeftOut() != nil:
		return "!", t.warn
	case v.Verdict == pipeline.Warn:
		return "!", t.warn
	case v.Verdict == pipeline.Pass:
		return "✓", t.good
	default:
		return "·", t.dim
	}
}
