package tui

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/tui/ui"
)

// Plain lets a person use the screens line by line: each is told as plain
// text, and a line that is typed names what to do. It is the same model with
// the same actions, for screen readers and terminals that can do nothing but
// print. It returns at the end of the input or when told to quit.
func (m *Model) Plain(ctx context.Context, in io.Reader, out io.Writer) error {
	m.Width, m.Height = plainWidth, plainPage+3 // what a page of rows is
	p := &plainScreen{headless: newHeadless(m), out: out}
	p.changed = p.follow
	if err := p.wait(ctx, m.Init()); err != nil {
		return err
	}
	p.tell()
	lines := make(chan string)
	go func() { // a read from a terminal cannot be ended; it goes with the process
		defer close(lines)
		scanner := bufio.NewScanner(in)
		for scanner.Scan() {
			select {
			case lines <- scanner.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		p.printf("> ")
		select {
		case line, ok := <-lines:
			if !ok {
				return p.err
			}
			if over, err := p.obey(ctx, strings.TrimSpace(line)); over || err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
		if p.err != nil {
			return p.err
		}
	}
}

// The size for which plain screens are drawn: wide enough for whole lines,
// high enough for whole lists. Of rows, which may be millions, a page is told
// that can be listened to.
const (
	plainWidth  = 110
	plainHeight = 220
	plainPage   = 24
)

// plainTime is how long a line that was typed may keep the next one waiting.
const plainTime = 10 * time.Minute

type plainScreen struct {
	*headless
	out    io.Writer
	logged int // lines of the run's log that were told
	err    error
}

func (p *plainScreen) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.out, format, args...)
	}
}

// follow prints the progress of a run.
func (p *plainScreen) follow() {
	log := p.model.live.log
	if p.logged > len(log) {
		p.logged = 0 // another run
	}
	for _, line := range log[p.logged:] {
		p.printf("%s\n", ui.Printable(strings.TrimSpace(line.table+" "+line.text)))
	}
	p.logged = len(log)
}

func (p *plainScreen) wait(ctx context.Context, cmd tea.Cmd) error {
	return p.settle(ctx, cmd, plainTime)
}

// obey does what a line says: a key, an action, or any other entry that the palette
// knows.
func (p *plainScreen) obey(ctx context.Context, line string) (over bool, err error) {
	m := p.model
	switch {
	case m.prompt != nil:
		ask := m.prompt
		m.prompt = nil
		return false, p.then(ctx, ask.Done(line))
	case line == "":
		p.tell()
		return false, nil
	case line == "help" || line == "?":
		p.help()
		return false, nil
	case line == "quit" || line == "q" && m.top() == nil && m.current != tableScreen:
		return true, nil
	case question.MatchString(line):
		return false, p.then(ctx, m.query("q1", line))
	}
	if a, ok := p.named(line, false); ok {
		return false, p.then(ctx, a.Do())
	}
	if a, ok := p.named(line, true); ok {
		p.printf("%s: %s.\n", a.Title(), a.Why)
		return false, nil
	}
	return false, p.guess(ctx, line)
}

// question is how a text begins that asks for rows.
var question = regexp.MustCompile(`(?i)^\(*(?:select|with|from|values|table)\b\s*\S`)

// named finds an action by a key or by its name, among those that are possible
// now or among the others.
func (p *plainScreen) named(line string, off bool) (ui.Action, bool) {
	for _, a := range p.model.possible() {
		if a.Off == off && (a.Name == line || strings.EqualFold(a.Title(), line) || slices.Contains(a.Key.Keys(), line)) {
			return a, true
		}
	}
	return ui.Action{}, false
}

// guess looks for what fits best in the palette.
func (p *plainScreen) guess(ctx context.Context, line string) error {
	list := p.model.choices()
	list.input.SetValue(line)
	list.search()
	var exact []choice
	for _, c := range list.all { // a key of another screen, or of several for the same thing
		if c.key == line && !slices.ContainsFunc(exact, func(e choice) bool { return e.text == c.text }) {
			exact = append(exact, c)
		}
	}
	for _, c := range list.shown {
		if len(line) > 1 && strings.Contains(strings.ToLower(c.text), strings.ToLower(line)) {
			exact = append(exact, c.choice)
		}
	}
	switch len(exact) {
	case 0:
		p.printf("Unknown command: %s. Type help for a list.\n", ui.Printable(line))
		return nil
	case 1:
		return p.then(ctx, exact[0].do())
	}
	p.printf("Which one?\n")
	for _, c := range exact {
		p.printf("  %s (%s)\n", ui.Printable(c.text), ui.Printable(c.kind))
	}
	return nil
}

// then waits for the work that was started, and prints its outcome.
func (p *plainScreen) then(ctx context.Context, cmd tea.Cmd) error {
	if err := p.wait(ctx, cmd); err != nil {
		return err
	}
	p.tell()
	return p.err
}

func (p *plainScreen) help() {
	for _, a := range p.model.possible() {
		if !a.Off && a.KeyName() != "" {
			p.printf("  %s, or %s: %s\n", a.Name, strings.Join(a.Key.Keys(), ", "), a.Title())
		}
	}
	p.printf("  Type a table's name to open it, a SELECT to run it, quit to leave.\n")
}

// tell prints all that the screen shows, pane by pane.
func (p *plainScreen) tell() {
	m := p.model
	for _, t := range m.Toasts.List {
		p.printf("%s\n", ui.Printable(t.Text))
	}
	m.Toasts.List = nil
	if m.failure != nil {
		p.printf("%s", printableLines(m.failure.report()))
	}
	if m.prompt != nil {
		p.printf("%s (it was: %s)\n", ui.Printable(m.prompt.Label), ui.Printable(m.prompt.Input.Value()))
		return
	}
	if o := m.top(); o != nil {
		f := ui.NewFrame(plainWidth, plainHeight)
		o.Draw(f.All())
		p.lines(readable(f))
		return
	}
	p.printf("Screen %s\n", m.here().title())
	panes, ok := m.here().(paned)
	if !ok {
		p.tellPane(0, "")
		return
	}
	focus := panes.focus()
	was := *focus
	defer func() { *focus = was }()
	above := "" // what the screen says above each of its panes
	for at := range focus.Count {
		focus.At, focus.Zoomed = at, true
		above = p.tellPane(at, above)
	}
}

// tellPane says what the screen shows of a pane, but for its first line if that
// is said already, and returns that line.
func (p *plainScreen) tellPane(at int, said string) (first string) {
	_, query := p.model.here().(*queryView)
	height := plainHeight
	if p.model.current == tableScreen || query && at == resultPane {
		height = plainPage
	}
	f := ui.NewFrame(plainWidth, height)
	p.model.here().draw(f.All())
	lines := readable(f)
	if len(lines) == 0 {
		return said
	}
	if query && at == catalogPane { // a tree, where the sign of what is chosen stands for a closed branch
		for i := range lines {
			lines[i] = strings.TrimPrefix(lines[i], plainWords.Replace("▸ "))
		}
	}
	if first = lines[0]; first == said {
		lines = lines[1:]
	}
	p.lines(lines)
	return first
}

// words stand for signs that a screen reader may not read.
var plainWords = strings.NewReplacer(
	"✓", "ok", "✗", "failed", "◌", "stale", "≠", pipeline.ModifiedOutside, "◇", pipeline.BuiltElsewhere, "▶", "to", "▸", "chosen:", "▾", "open:",
	"●", "", "○", "waiting", "■", "cancelled", "├", "", "└", "", "│", " ", "╭", "", "╮", "", "╰", "", "╯", "", "─", "",
	"┼", "", "┤", "", "┴", "", "━", "", "┄", "", "┅", "", "╎", "", "┃", "", "★", "query", "ⓘ", "note:", "…", "...", "−", "minus ",
	"█", "", "▇", "", "▆", "", "▅", "", "▄", "", "▃", "", "▂", "", "▁", "", "▏", "", "▎", "", "▍", "", "▌", "", "▋", "", "▊", "", "▉", "",
)

// readable is what was drawn, without what was only drawn.
func readable(f *ui.Frame) []string {
	var lines []string
	for _, line := range f.Cells.Lines {
		if text := strings.Join(strings.Fields(plainWords.Replace(line.String())), " "); text != "" {
			lines = append(lines, text)
		}
	}
	return lines
}

func (p *plainScreen) lines(lines []string) {
	for _, line := range lines {
		p.printf("%s\n", line)
	}
}

func printableLines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(ui.Printable(strings.TrimRight(line, "\n")) + "\n")
	}
	return b.String()
}
