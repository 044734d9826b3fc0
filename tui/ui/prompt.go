package ui

import (
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// Prompt asks for a line of text in place of the footer.
type Prompt struct {
	Label   string
	Input   textinput.Model
	Cursor  int                       // initial position in characters, from 1; 0: the end
	Changed func(text string) tea.Cmd // called at each key; may be nil
	Done    func(text string) tea.Cmd // called after enter
	Dropped func() tea.Cmd            // called after esc; may be nil
}

// Begin sets the initial text and takes the focus.
func (p *Prompt) Begin(text string) tea.Cmd {
	p.Input = textinput.New()
	p.Input.Prompt = ""
	p.Input.SetVirtualCursor(false)
	p.Input.SetValue(text)
	p.Input.CursorEnd()
	if p.Cursor > 0 {
		p.Input.SetCursor(p.Cursor - 1)
	}
	return p.Input.Focus()
}

// Press handles a key. If the key ends the prompt, over is true, and the caller
// calls then unless it is nil.
func (p *Prompt) Press(msg tea.KeyPressMsg) (cmd tea.Cmd, over bool, then func() tea.Cmd) {
	switch {
	case msg.Code == tea.KeyEnter:
		return nil, true, func() tea.Cmd { return p.Done(p.Input.Value()) }
	case msg.Code == tea.KeyEscape:
		return nil, true, p.Dropped
	case msg.Keystroke() == "ctrl+c":
		return nil, true, nil
	default:
		return p.edit(msg), false, nil
	}
}

func (p *Prompt) edit(msg tea.Msg) tea.Cmd {
	before := p.Input.Value()
	var cmd tea.Cmd
	p.Input, cmd = p.Input.Update(msg)
	if p.Changed != nil && p.Input.Value() != before {
		return tea.Batch(cmd, p.Changed(p.Input.Value()))
	}
	return cmd
}

// Insert inserts pasted text at the cursor.
func (p *Prompt) Insert(text string) tea.Cmd { return p.edit(tea.PasteMsg{Content: text}) }

// Draw draws the label and the text, with the cursor.
func (p *Prompt) Draw(line Pane, t *Theme) {
	line.Fill(t.Bar)
	line.Cover()
	x := line.Cut(1, 0, line.Width()/2, t.BarKey, p.Label) + 1
	room := max(1, line.Width()-x-2)
	value := []rune(p.Input.Value())
	at := p.Input.Position()
	from, used := at, 0
	for from > 0 { // the text before the cursor, as far as it fits
		w := Width(string(value[from-1]))
		if used+w > room {
			break
		}
		from, used = from-1, used+w
	}
	line.Part(x, 0, room+1, 1).Text(0, 0, t.BarStrong, string(value[from:min(len(value), at+room)]))
	line.Frame.Cursor = tea.NewCursor(line.Area.Min.X+x+used, line.Area.Min.Y)
}
