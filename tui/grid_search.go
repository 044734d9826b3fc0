package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline/pager"
)

// gridSearch is the text that is looked for in a grid.
type gridSearch struct {
	text    string
	finding task
	come    int64 // how far the search has come
}

// Messages of a search.
type (
	foundMsg struct {
		grid    *grid
		row     int64
		column  int
		forward bool
		err     error
	}
	findingMsg struct {
		grid *grid
		text string
		come *atomic.Int64
	}
)

// askSearch asks for a text and goes to the next cell that has it.
func (g *grid) askSearch() tea.Cmd {
	return g.root.ask(&prompt{label: "search", done: func(text string) tea.Cmd {
		g.search.text = text
		if text == "" {
			g.search.finding.stop()
			return nil
		}
		return g.find(g.row, true)
	}}, g.search.text)
}

// find looks for the text in the background, from a row on or back.
func (g *grid) find(from int64, forward bool) tea.Cmd {
	if g.source == nil || g.search.text == "" {
		return nil
	}
	if from < 0 {
		return g.update(foundMsg{g, 0, 0, forward, pager.ErrNotFound})
	}
	source, text, come := g.source, g.search.text, &atomic.Int64{}
	come.Store(from)
	g.search.come = from
	return tea.Batch(findingSoon(findingMsg{g, text, come}), g.work.start(&g.search.finding, func(ctx context.Context) tea.Msg {
		row, column, err := pager.Find(ctx, source, text, from, forward, come.Store)
		return foundMsg{g, row, column, forward, err}
	}))
}

func findingSoon(msg findingMsg) tea.Cmd {
	return tea.Tick(countEvery, func(time.Time) tea.Msg { return msg })
}

// searching shows how far the search has come.
func (g *grid) searching(msg findingMsg) tea.Cmd {
	if !g.search.finding.working() || g.search.text != msg.text {
		return nil
	}
	g.search.come = msg.come.Load()
	return findingSoon(msg)
}

func (g *grid) found(msg foundMsg) tea.Cmd {
	switch {
	case errors.Is(msg.err, context.Canceled):
		return nil
	case errors.Is(msg.err, pager.ErrNotFound):
		where := map[bool]string{true: "below", false: "above"}[msg.forward]
		return g.toast(warned, "not found "+where+" this row")
	case msg.err != nil:
		return g.host.rowsFailed(msg.err)
	}
	for at, c := range g.shown {
		if c == msg.column {
			g.at = at
		}
	}
	w, _ := g.space()
	_, g.left = g.layout(w)
	return g.goTo(msg.row)
}

// matches are the parts of a cell's text that are looked for, as they begin
// and end.
func (g *grid) matches(text string) (marks [][2]int) {
	needle := strings.ToLower(g.search.text)
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

// askRow asks for the number of a row and goes there.
func (g *grid) askRow() tea.Cmd {
	return g.root.ask(&prompt{label: "go to row", done: func(text string) tea.Cmd {
		var n int64
		clean := strings.NewReplacer(",", "", "_", "", ".", "", " ", "").Replace(text)
		if _, err := fmt.Sscan(clean, &n); err != nil || n < 1 {
			return g.toast(warned, "not a row number")
		}
		if n > g.kept.count && g.kept.all {
			return tea.Batch(g.goTo(g.kept.count-1), g.toast(told, "the last row is "+count(g.kept.count)))
		}
		if n > g.kept.count {
			return tea.Batch(g.goTo(g.kept.count-1), g.toast(told, "so far, "+count(g.kept.count)+" rows are known"))
		}
		return g.goTo(n - 1)
	}}, "")
}
