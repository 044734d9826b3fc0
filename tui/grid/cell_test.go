package grid

import (
	"fmt"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/tui/ui"
)

func TestNothingTheEmptyTextAndTheWordNullLookDifferent(t *testing.T) {
	th := ui.NewTheme(true, 0)
	seen := map[string]bool{}
	for _, v := range []any{nil, "", "null", `""`, false, "false"} {
		key := fmt.Sprint(CellText(v, 10), CellStyle(th, v))
		if seen[key] {
			t.Errorf("%#v looks like another value", v)
		}
		seen[key] = true
	}
}

// In a narrow grid, texts give way so that the last column on the screen is whole,
// if that is enough. Numbers, and what the reader has widened, keep their width.
func TestTextsGiveWayToTheLastColumnOfANarrowGrid(t *testing.T) {
	for _, c := range []struct {
		name    string
		room    int
		types   []string
		wide    []int
		dragged string
		want    string // of the columns: start and width
	}{
		{"a text gives way", 38, []string{"VARCHAR", "BIGINT"}, []int{28, 13}, "", "1+22 25+13"},
		{"a text gives way to a text", 38, []string{"VARCHAR", "VARCHAR", "BIGINT"}, []int{18, 18, 3}, "", "1+17 20+18"},
		{"not enough", 38, []string{"VARCHAR", "BIGINT"}, []int{20, 36}, "", "1+20 23+15"},
		{"numbers keep their width", 38, []string{"BIGINT", "BIGINT"}, []int{28, 13}, "", "1+28 31+7"},
		{"a column of the reader", 38, []string{"VARCHAR", "BIGINT"}, []int{24, 13}, "c0", "1+28 31+7"},
		{"all fit", 38, []string{"VARCHAR", "BIGINT"}, []int{20, 13}, "", "1+20 23+13"},
		{"a wide grid", 70, []string{"VARCHAR", "BIGINT"}, []int{40, 28}, "", "4+40 46+24"},
	} {
		g := New(&ui.Kit{}, nil)
		for i, kind := range c.types {
			g.Columns = append(g.Columns, pipeline.ResultColumn{Name: fmt.Sprintf("c%d", i), Type: kind})
			g.Shown = append(g.Shown, i)
		}
		g.measured, g.times = c.wide, make([]epoch, len(c.wide))
		if c.dragged != "" {
			g.dragged[c.dragged] = 4
		}
		list, _ := g.Layout(c.room)
		got := ""
		for i, p := range list {
			if i > 0 {
				got += " "
			}
			got += fmt.Sprintf("%d+%d", p.X, p.W)
			if p.X+p.W > c.room {
				t.Errorf("%s: a column ends at %d of %d", c.name, p.X+p.W, c.room)
			}
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestTheHeadOfAGridSaysThatThereAreMoreColumns(t *testing.T) {
	for _, c := range []struct {
		room, at    int
		left, right bool
	}{{60, 0, false, false}, {30, 0, false, true}, {30, 2, true, false}, {22, 1, true, true}} {
		g := New(&ui.Kit{Theme: ui.NewTheme(true, 0)}, nil)
		for i := range 3 {
			g.Columns = append(g.Columns, pipeline.ResultColumn{Name: fmt.Sprintf("number%d", i), Type: "BIGINT"})
			g.Shown = append(g.Shown, i)
		}
		g.measured, g.times, g.At = []int{12, 12, 12}, make([]epoch, 3), c.at
		list, _ := g.Layout(c.room)
		f := ui.NewFrame(c.room, 1)
		g.drawHead(f.All(), list)
		if shown := f.String(); strings.Contains(shown, "‹") != c.left || strings.Contains(shown, "›") != c.right {
			t.Errorf("%d columns, cursor on %d: %q", c.room, c.at, shown)
		}
	}
}
