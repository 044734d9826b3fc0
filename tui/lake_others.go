package tui

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/tui/ui"
)

// browsedMsg brings the tables of the catalog.
type browsedMsg struct {
	tables []pipeline.CatalogTable
	err    error
}

// browse requests the tables of the catalog.
func (l *lakeView) browse() tea.Cmd {
	if l.place == nil || l.place.Catalog == nil {
		return nil
	}
	list := l.place.Catalog
	return l.Work.Start(&l.browser, func(ctx context.Context) tea.Msg {
		tables, err := list(ctx)
		return browsedMsg{tables, err}
	})
}

// browsed stores the tables that the lake does not define.
func (l *lakeView) browsed(msg browsedMsg) tea.Cmd {
	if msg.err != nil {
		l.fail("the tables of the catalog cannot be listed", msg.err)
		return nil
	}
	l.others = nil
	for _, t := range msg.tables {
		if l.lake().Table(t.Name) == nil {
			l.others = append(l.others, t)
		}
	}
	return l.seen()
}

// zones returns the zones of the lake, and an additional one if the catalog has
// tables outside of them.
func (a *app) zones() []string {
	lake := a.lake()
	if lake == nil {
		return nil
	}
	zones := slices.Clone(lake.Zones())
	for _, o := range a.others {
		if !slices.Contains(zones, o.Zone) {
			zones = append(zones, o.Zone)
		}
	}
	return zones
}

// named returns the tables of a zone whose names contain the letters: first the
// lake's tables, then other tables of the catalog.
func (a *app) named(zone, letters string) []string {
	var names []string
	letters = strings.ToLower(strings.TrimSpace(letters))
	for _, t := range a.lake().Tables {
		if t.Zone == zone && strings.Contains(t.Name, letters) {
			names = append(names, t.Name)
		}
	}
	for _, o := range a.others {
		if o.Zone == zone && strings.Contains(strings.ToLower(o.Name), letters) {
			names = append(names, o.Name)
		}
	}
	return names
}

// other returns the table of the catalog that the lake does not define, or nil.
func (a *app) other(name string) *pipeline.CatalogTable {
	for i := range a.others {
		if a.others[i].Name == name {
			return &a.others[i]
		}
	}
	return nil
}

// columnsOf returns all columns of a catalog's table, partition columns last.
func columnsOf(o *pipeline.CatalogTable) []pipeline.ColumnRecord {
	return append(slices.Clip(o.Columns), o.Partitions...)
}

// columnCount returns the number of columns of the selected table.
func (l *lakeView) columnCount() int {
	if o := l.other(l.list.Key); o != nil {
		return len(columnsOf(o))
	}
	if t := l.current(); t != nil {
		return len(t.Columns)
	}
	return 0
}

// pathOf returns the path of a table.
func (l *lakeView) pathOf(name string) string {
	if o := l.other(name); o != nil {
		return o.Location
	}
	if l.place != nil && l.place.Location != nil {
		if at := l.place.Location(name); at != "" {
			return strings.TrimSuffix(at, "/")
		}
	}
	return l.options.Lake + "/" + l.lake().Table(name).Path
}

// drawOther shows the catalog's data about a table that the lake does not
// define.
func (l *lakeView) drawOther(p ui.Pane, o *pipeline.CatalogTable) {
	t := l.Theme
	lines := [][2]string{{"kind", o.Kind}, {"format", o.Format}, {"location", o.Location}}
	if o.Kind == "view" {
		lines = lines[:1] // a view has no location
	}
	if !o.Updated.IsZero() {
		lines = append(lines, [2]string{"changed", o.Updated.In(l.options.Zone).Format("2006-01-02 15:04") + ", " + ui.Ago(l.now(), o.Updated)})
	}
	if len(o.Partitions) > 0 {
		var names []string
		for _, c := range o.Partitions {
			names = append(names, c.Name)
		}
		lines = append(lines, [2]string{"split by", strings.Join(names, ", ")})
	}
	p.Cut(1, 0, p.Width()-2, t.Text, "A catalog table outside this lake's definition; it can be queried on Athena.")
	for y, line := range lines {
		p.Text(1, y+1, t.Dim, line[0])
		p.Cut(10, y+1, p.Width()-11, t.Text, line[1])
	}
}

// drawOtherColumns lists the columns of such a table.
func (l *lakeView) drawOtherColumns(box, p ui.Pane, o *pipeline.CatalogTable) {
	t := l.Theme
	columns := columnsOf(o)
	at := columnsAt{kind: columnLayout(p.Width(), 0).kind}
	at.head(p.Line(0), t)
	l.columns.Draw(box, p.Bottom(1), len(columns), func(r ui.Row) {
		c := columns[r.N]
		r.Cut(1, 0, at.kind-2, t.Text, c.Name)
		r.Cut(at.kind, 0, r.Width()-at.kind-1, t.Dim, c.Type)
	})
}
