package grid

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline/pager"
	"stedi/tui/ui"
)

// gridSearch is the search text of a grid.
type gridSearch struct {
	text    string
	Finding ui.Task
	Come    int64 // the last searched row
}

// Messages of a search.
type (
	foundMsg struct {
		grid    *Grid
		row     int64
		column  int
		forward bool
		err     error
	}
	findingMsg struct {
		grid *Grid
		text string
		come *atomic.Int64
	}
)

// askSearch asks for a text and goes to the next cell that contains it.
func (g *Grid) askSearch() tea.Cmd {
	return g.Ask(&ui.Prompt{Label: "search", Done: func(text string) tea.Cmd {
		g.Search.text = text
		if text == "" {
			g.Search.Finding.Stop()
			return nil
		}
		return g.find(g.Row, true)
	}}, g.Search.text)
}

// find searches the text in the background, forward or back from a row.
func (g *Grid) find(from int64, forward bool) tea.Cmd {
	if g.Source == nil || g.Search.text == "" {
		return nil
	}
	if from < 0 {
		return g.Update(foundMsg{g, 0, 0, forward, pager.ErrNotFound})
	}
	source, text, come := g.Source, g.Search.text, &atomic.Int64{}
	come.Store(from)
	g.Search.Come = from
	return tea.Batch(findingSoon(findingMsg{g, text, come}), g.Work.Start(&g.Search.Finding, func(ctx context.Context) tea.Msg {
		row, column, err := pager.Find(ctx, source, text, from, forward, come.Store)
		return foundMsg{g, row, column, forward, err}
	}))
}

func findingSoon(msg findingMsg) tea.Cmd {
	return tea.Tick(CountEvery, func(time.Time) tea.Msg { return msg })
}

// searching shows the progress of the search.
func (g *Grid) searching(msg findingMsg) tea.Cmd {
	if !g.Search.Finding.Working() || g.Search.text != msg.text {
		return nil
	}
	g.Search.Come = msg.come.Load()
	return findingSoon(msg)
}

func (g *Grid) found(msg foundMsg) tea.Cmd {
	switch {
	case errors.Is(msg.err, context.Canceled):
		return nil
	case errors.Is(msg.err, pager.ErrNotFound):
		where := map[bool]string{true: "below", false: "above"}[msg.forward]
		return g.Toast(ui.Warned, "not found "+where+" this row")
	case msg.err != nil:
		return g.host.RowsFailed(msg.err)
	}
	for at, c := range g.Shown {
		if c == msg.column {
			g.At = at
		}
	}
	w, _ := g.Space()
	_, g.left = g.Layout(w)
	return g.goTo(msg.row)
}

// matches returns the start and end of each match in a cell's text.
func (g *Grid) matches(text string) (marks [][2]int) {
	needle := strings.ToLower(g.Search.text)
	lower := strings.ToLower(text)
	if needle == "" || len(lower) != len(text) {
		return nil
	}
	for from := 0; ; {
		i := strings.Index(lower[from:], needle)
		if i < 0 {
			return marks
		}
		marks = append(marks, [2]int{from + i, from + i + len(needle)})
		from += i + len(needle)
	}
}

// askRow asks for a row number and goes there.
func (g *Grid) askRow() tea.Cmd {
	return g.Ask(&ui.Prompt{Label: "go to row", Done: func(text string) tea.Cmd {
		var n int64
		clean := strings.NewReplacer(",", "", "_", "", ".", "", " ", "").Replace(text)
		if _, err := fmt.Sscan(clean, &n); err != nil || n < 1 {
			return g.Toast(ui.Warned, "not a row number")
		}
		if n > g.Kept.Count && g.Kept.all {
			return tea.Batch(g.goTo(g.Kept.Count-1), g.Toast(ui.Told, "the last row is "+ui.Count(g.Kept.Count)))
		}
		if n > g.Kept.Count {
			return tea.Batch(g.goTo(g.Kept.Count-1), g.Toast(ui.Told, "so far, "+ui.Count(g.Kept.Count)+" rows are known"))
		}
		return g.goTo(n - 1)
	}}, "")
}
