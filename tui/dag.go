package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/tui/ui"
)

// graphRow is a table in the drawing of the lineage: its lane, and the signs
// that lead to it from its upstream tables.
type graphRow struct {
	table *pipeline.Table
	lane  int
	signs []rune // two per lane
}

// graph lays out the dependency graph in lanes, like a version history: a
// table's lane continues to its last downstream table.
func graph(lake *pipeline.Lake) []graphRow {
	var rows []graphRow
	last := map[string]int{} // the row of a table's last downstream table
	for i, t := range lake.Tables {
		if t.Transform != nil {
			for _, input := range t.Transform.Inputs {
				last[input] = i
			}
		}
	}
	var lanes []string // the table in each lane
	laneOf := func(name string) int { return slices.Index(lanes, name) }
	for i, t := range lake.Tables {
		var inputs, ending []int
		if t.Transform != nil {
			for _, name := range t.Transform.Inputs {
				lane := laneOf(name)
				inputs = append(inputs, lane)
				if last[name] == i {
					ending = append(ending, lane)
				}
			}
		}
		lane := slices.Index(lanes, "")
		if len(ending) > 0 {
			lane = slices.Min(ending)
		}
		if lane < 0 {
			lanes = append(lanes, "")
			lane = len(lanes) - 1
		}
		rows = append(rows, graphRow{t, lane, laneSigns(lanes, lane, inputs, ending)})
		for _, e := range ending {
			lanes[e] = ""
		}
		lanes[lane] = ""
		if _, read := last[t.Name]; read {
			lanes[lane] = t.Name
		}
	}
	return rows
}

// laneSigns draws one row of lanes.
func laneSigns(lanes []string, own int, inputs, ending []int) []rune {
	low, high := own, own
	for _, i := range inputs {
		low, high = min(low, i), max(high, i)
	}
	signs := []rune(strings.Repeat("  ", len(lanes)))
	for lane := range lanes {
		inside := lane >= low && lane <= high
		if lane >= low && lane < high {
			signs[2*lane+1] = '─'
		}
		switch {
		case lane == own:
			signs[2*lane] = '●'
		case slices.Contains(inputs, lane):
			signs[2*lane] = junction(lane == low, lane == high, slices.Contains(ending, lane))
		case inside && lanes[lane] != "":
			signs[2*lane] = '┼'
		case inside:
			signs[2*lane] = '─'
		case lanes[lane] != "":
			signs[2*lane] = '│'
		}
	}
	return signs
}

func junction(leftmost, rightmost, ends bool) rune {
	switch {
	case leftmost && ends:
		return '╰'
	case leftmost:
		return '├'
	case rightmost && ends:
		return '╯'
	case rightmost:
		return '┤'
	case ends:
		return '┴'
	default:
		return '┼'
	}
}

// drawGraph shows the dependency graph and the progress of a run.
func (a *app) drawGraph(in ui.Pane, chosen string, choose func(string) tea.Cmd) {
	t := a.Theme
	rows := graph(a.lake())
	at := slices.IndexFunc(rows, func(r graphRow) bool { return r.table.Name == chosen })
	from := ui.Around(at, len(rows), in.Height())
	zones := a.lake().Zones()
	for y := range in.Height() {
		if from+y >= len(rows) {
			break
		}
		row := rows[from+y]
		x := in.Text(1, y, t.Border, string(row.signs))
		mark, style := "●", t.Zone(slices.Index(zones, row.table.Zone))
		if step := a.live.steps[row.table.Name]; step != nil {
			mark, style = a.stepMark(row.table.Name, step)
		}
		in.Text(1+2*row.lane, y, style, mark)
		name := t.Text
		switch {
		case row.table.Name == chosen:
			name = t.Strong
		case row.table.IsLanding():
			name = t.Dim
		}
		number := a.rowsNow(row.table.Name)
		x = in.Cut(x+1, y, in.Width()-x-3-ui.Width(number), name, row.table.Name)
		in.Text(x+1, y, t.Dim, number)
		in.Line(y).Click(func() tea.Cmd { return choose(row.table.Name) })
	}
}

// chooseStep moves the cursor to the step of a table.
func (s *runView) chooseStep(name string) tea.Cmd {
	s.follow(name)
	return s.explain(s.current())
}
