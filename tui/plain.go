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

// Plain runs the screens line by line, for screen readers and terminals without
// cursor control. It prints each screen as plain text, and each input line
// names an action. It uses the same model with the same actions. It returns at
// the end of the input or after the quit action.
func (m *Model) Plain(ctx context.Context, in io.Reader, out io.Writer) error {
	m.Width, m.Height = plainWidth, plainPage+3 // defines the size of a page of rows
	p := &plainScreen{headless: newHeadless(m), out: out}
	p.changed = p.follow
	if q := m.options.Questions; q != nil {
		defer q.Open(func(msg tea.Msg) {
			select {
			case p.messages <- msg:
			case <-ctx.Done():
			}
		})()
	}
	if err := p.wait(ctx, m.Init()); err != nil {
		return err
	}
	p.tell()
	lines := make(chan string)
	go func() { // a read from a terminal cannot be cancelled; it ends with the process
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

// The size of plain screens: wide enough for whole lines, high enough for whole
// lists. A table may have millions of rows, so rows come in pages of a length
// suited to listening, with one value per line.
const (
	plainWidth  = 110
	plainHeight = 220
	plainPage   = 12
)

// plainTime bounds how long an input line may delay the next one.
const plainTime = 10 * time.Minute

type plainScreen struct {
	*headless
	out    io.Writer
	logged int // lines of the run's log that were printed
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
		p.logged = 0 // this is another run
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
		return false, p.then(ctx, tea.Batch(ask.Done(line), m.askNext()))
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
	if form, ok := m.top().(*exportForm); ok {
		form.file.SetValue(line)
		return false, p.then(ctx, form.finish())
	}
	if a, ok := p.named(line, true); ok {
		p.printf("%s: %s.\n", a.Title(), a.Why)
		return false, nil
	}
	return false, p.guess(ctx, line)
}

// question matches the start of a query.
var question = regexp.MustCompile(`(?i)^\(*(?:select|with|from|values|table)\b\s*\S`)

// named returns the action with a key or name, among the possible actions, or
// among the impossible ones if off is true.
func (p *plainScreen) named(line string, off bool) (ui.Action, bool) {
	for _, a := range p.model.possible() {
		if a.Off == off && (a.Name == line || strings.EqualFold(a.Title(), line) || slices.Contains(a.Key.Keys(), line) || slices.Contains(a.Once.Keys(), line)) {
			return a, true
		}
	}
	return ui.Action{}, false
}

// guess executes the best match in the palette.
func (p *plainScreen) guess(ctx context.Context, line string) error {
	list := p.model.choices()
	list.input.SetValue(line)
	list.search()
	var exact []choice
	for _, c := range list.all { // a key of another screen, or of several screens for the same action
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
		p.printf("%s", printableLines(m.reportOf(m.failure)))
	}
	if m.prompt != nil {
		p.printf("%s (it was: %s)\n", ui.Printable(m.prompt.Label), ui.Printable(m.prompt.Input.Value()))
		return
	}
	if o := m.top(); o != nil {
		if labelled, ok := o.(interface{ PlainLines() []string }); ok {
			p.lines(labelled.PlainLines())
			return
		}
		f := ui.NewFrame(plainWidth, plainHeight)
		o.Draw(f.All())
		p.lines(readable(f))
		if _, ok := o.(*exportForm); ok {
			p.printf("Type the name of the file, or form-next and form-choose to change a field.\n")
		}
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
	above := "" // the text above each of the panes
	for at := range focus.Count {
		focus.At, focus.Zoomed = at, true
		above = p.tellPane(at, above)
	}
}

// tellPane prints a pane and returns its first line. It omits the first line if
// it equals said.
func (p *plainScreen) tellPane(at int, said string) (first string) {
	if lines, ok := p.plainGrid(at); ok {
		p.lines(lines)
		return lines[0]
	}
	if lines := p.plainPane(at); lines != nil {
		p.lines(lines)
		return lines[0]
	}
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
	if query && at == catalogPane { // a tree, where the selection sign means a closed branch
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

// plainWords replaces signs that a screen reader may not read.
var plainWords = strings.NewReplacer(
	"✓", "ok", "✗", "failed", "◌", "stale", "≠", pipeline.ModifiedOutside, "◇", pipeline.BuiltElsewhere, "▶", "to", "▸", "chosen:", "▾", "open:",
	"●", "", "○", "waiting", "■", "cancelled", "—", "none", "├", "", "└", "", "│", " ", "╭", "", "╮", "", "╰", "", "╯", "", "─", "",
	"┼", "", "┤", "", "┴", "", "━", "", "┄", "", "┅", "", "╎", "", "┃", "", "★", "query", "ⓘ", "note:", "…", "...", "−", "minus ",
	"█", "", "▇", "", "▆", "", "▅", "", "▄", "", "▃", "", "▂", "", "▁", "", "▏", "", "▎", "", "▍", "", "▌", "", "▋", "", "▊", "", "▉", "",
)

// readable returns the text of a frame without graphics.
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
