package tui

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/tui/picture"
	"stedi/tui/ui"
)

// Shot describes a picture that is drawn without a terminal.
type Shot struct {
	Screen        string // lake, run, query, checks, history or table
	Table         string // the selected table
	Query         string // for the query screen: run before the picture is taken
	Run           bool   // build the tables first
	Width, Height int
	Light         bool
}

// ShotScreens are the screens that a Shot can show.
var ShotScreens = []string{"lake", "run", "query", "checks", "history", "table"}

// shotTime bounds the time until the screen is complete.
const shotTime = 2 * time.Minute

// Shoot draws a screen with all its content loaded. A query that fails and a table
// that the lake does not have are errors, not pictures.
func (m *Model) Shoot(ctx context.Context, s Shot) (string, error) {
	m.Width, m.Height = s.Width, s.Height
	m.options.Dark, m.options.Unknown = !s.Light, false
	m.Theme = m.options.theme()
	d := newHeadless(m)
	if err := d.settle(ctx, m.Init(), shotTime); err != nil {
		return "", err
	}
	if lake := m.lake(); lake != nil && s.Table != "" && lake.Table(s.Table) == nil {
		return "", lake.Unknown(s.Table)
	}
	if s.Run {
		if err := d.settle(ctx, m.startRun(pipeline.RunOptions{Check: true}), shotTime); err != nil {
			return "", err
		}
	}
	if err := d.settle(ctx, m.compose(s), shotTime); err != nil {
		return "", err
	}
	m.Toasts.List = nil
	if m.failure != nil {
		p := m.failure
		return "", &pipeline.Failure{Kind: p.kind, Err: fmt.Errorf("%s", strings.Join(append([]string{p.what}, p.why...), "\n")), Fix: strings.Join(p.fix, "\n")}
	}
	if q, ok := m.here().(*queryView); ok && s.Query != "" && q.sheet().answer.mood == ui.Failed {
		return "", pipeline.Fail(pipeline.BadUsage, "", "", "--query: %s", q.sheet().answer.text)
	}
	return m.frame(s.Width, s.Height).Picture(), nil
}

// compose opens the screen for the picture.
func (m *Model) compose(s Shot) tea.Cmd {
	var cmds []tea.Cmd
	if s.Table != "" {
		cmds = append(cmds, m.lakeView().choose(s.Table))
	}
	switch s.Screen {
	case "table":
		return tea.Batch(append(cmds, m.openTable(s.Table))...)
	case "query":
		if s.Query != "" {
			return tea.Batch(append(cmds, m.query("q1", s.Query))...)
		}
		return tea.Batch(append(cmds, m.show(queryScreen))...)
	}
	i := slices.IndexFunc(tabs, func(id screenID) bool { return strings.EqualFold(m.screens[id].title(), s.Screen) })
	if i >= 0 {
		cmds = append(cmds, m.show(tabs[i]))
	}
	if r, ok := m.here().(*runView); ok && s.Table != "" {
		cmds = append(cmds, r.chooseStep(s.Table))
	}
	return tea.Batch(cmds...)
}

// picturesMsg names the pictures of a screen that were written.
type picturesMsg struct {
	names []string
	err   error
}

// savePicture writes the current screen to three files, to share it with
// others.
func (m *Model) savePicture() tea.Cmd {
	view := m.frame(m.Width, m.Height).Picture()
	w, h := m.Width, m.Height
	theme := picture.Dark
	if !m.options.Dark {
		theme = picture.Light
	}
	name := fmt.Sprintf("stedi-%s-%s", strings.ToLower(m.here().title()), m.now().Format("20060102-150405"))
	export, folder := m.options.Export, m.options.Folder
	return m.Work.Start(&m.keeping, func(context.Context) tea.Msg {
		screen := picture.Parse(view, w, h)
		options := picture.Options{Theme: theme}
		var names []string
		for ending, write := range map[string]func(io.Writer) error{
			".svg": func(w io.Writer) error { return screen.SVG(w, options) },
			".png": func(w io.Writer) error { return screen.PNG(w, options) },
			".ans": screen.ANSI,
		} {
			file := filepath.Join(folder, name+ending)
			if err := export(file, write); err != nil {
				return picturesMsg{nil, err}
			}
			names = append(names, file)
		}
		slices.Sort(names)
		return picturesMsg{names, nil}
	})
}

func (m *Model) pictured(msg picturesMsg) tea.Cmd {
	if msg.err != nil {
		m.fail("the picture cannot be written", msg.err)
		return m.Toast(ui.Failed, "the picture: export failed: "+m.forDetails())
	}
	return m.Toast(ui.Done, "wrote "+msg.names[1]+", and the same as .svg and .ans")
}
