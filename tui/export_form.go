package tui

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"stedi/pipeline/export"
	"stedi/tui/ui"
)

// exportForm is the dialog for an export: file, format, columns, rows, and what
// happens if the file exists.
type exportForm struct {
	*ui.Kit
	title  string
	folder string
	file   textinput.Model
	fields []*formField // after the file
	at     int          // 0: the file
	done   func(exportChoice) tea.Cmd
}

// formField is a field with a choice.
type formField struct {
	name    string
	choices []string
	at      int
}

// exportChoice is what the reader chose.
type exportChoice struct {
	name    string
	format  export.Format
	columns int // index of the choice
	rows    int
	exists  int
}

// The choices for a file that exists.
const (
	renameFile = iota
	overwriteFile
	refuseFile
)

// newExportForm returns the dialog with a choice of rows. All rows have all
// columns, unless the reader chooses others.
func newExportForm(a *app, title, name string, columns, rows []string, row int, done func(exportChoice) tea.Cmd) *exportForm {
	var formats []string
	for _, f := range export.Formats {
		formats = append(formats, string(f))
	}
	f := &exportForm{
		Kit: a.Kit, title: title, folder: a.options.Folder, done: done, file: textinput.New(),
		fields: []*formField{
			{name: "format", choices: formats, at: slices.Index(formats, string(export.CSV))},
			{name: "columns", choices: columns},
			{name: "rows", choices: rows, at: row},
			{name: "if it exists", choices: []string{"use another name", "overwrite it", "do not export"}},
		},
	}
	if row == allRows {
		f.fields[1].at = len(columns) - 1
	}
	f.file.Prompt = ""
	f.file.SetVirtualCursor(false)
	f.file.SetValue(name + ".csv")
	f.file.CursorEnd()
	return f
}

func (f *exportForm) open() tea.Cmd { return tea.Batch(f.Open(f), f.file.Focus()) }

// Title is the headline.
func (f *exportForm) Title() string { return f.title }

func (f *exportForm) Actions() []ui.Action {
	k := f.Keys
	return []ui.Action{
		k.Act("form-done", "enter", "export", f.finish).At(1),
		k.Act("form-next", "down tab", "next field", func() tea.Cmd { return f.move(1) }).At(2),
		k.Act("form-last", "up shift+tab", "previous field", func() tea.Cmd { return f.move(-1) }),
		k.Act("form-choose", "right space", "next choice", func() tea.Cmd { return f.choose(1) }).At(3).When(f.at > 0, "this is the name of the file"),
		k.Act("form-choose-last", "left", "previous choice", func() tea.Cmd { return f.choose(-1) }).When(f.at > 0, "this is the name of the file"),
	}
}

func (f *exportForm) move(by int) tea.Cmd {
	n := len(f.fields) + 1
	f.at = (f.at + by + n) % n
	return nil
}

// choose changes the choice of the field. The format and the ending of the file
// agree.
func (f *exportForm) choose(by int) tea.Cmd {
	field := f.fields[f.at-1]
	field.at = (field.at + by + len(field.choices)) % len(field.choices)
	if field == f.fields[0] {
		name := f.file.Value()
		f.file.SetValue(strings.TrimSuffix(name, filepath.Ext(name)) + "." + field.choices[field.at])
	}
	return nil
}

func (f *exportForm) typed(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	if _, special := ui.Find(f.Actions(), msg); special || f.at > 0 || msg.Code == tea.KeyEscape || msg.Keystroke() == "ctrl+c" {
		return nil, false
	}
	return f.edit(msg), true
}

func (f *exportForm) pasted(text string) tea.Cmd { return f.edit(tea.PasteMsg{Content: text}) }

func (f *exportForm) edit(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	f.file, cmd = f.file.Update(msg)
	if format, ok := formatOf(f.file.Value()); ok {
		f.fields[0].at = slices.Index(f.fields[0].choices, string(format))
	}
	return cmd
}

func (f *exportForm) finish() tea.Cmd {
	name := strings.TrimSpace(f.file.Value())
	format, ok := formatOf(name)
	switch {
	case name == "":
		return f.Toast(ui.Warned, "the file needs a name")
	case !ok && filepath.Ext(name) == "":
		format = export.Formats[f.fields[0].at]
		name += "." + string(format)
	case !ok:
		return f.Toast(ui.Warned, "the name must end in one of "+formatNames())
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(f.folder, name)
	}
	choice := exportChoice{name, format, f.fields[1].at, f.fields[2].at, f.fields[3].at}
	return f.Want(ui.CloseOverlay{Then: func() tea.Cmd { return f.done(choice) }})
}

func (f *exportForm) Draw(area ui.Pane) {
	const label = 14
	t := f.Theme
	_, in := ui.Window(area, t, f.title, 76, len(f.fields)+5)
	line := func(n int, name string, focused bool) ui.Pane {
		row := in.Part(0, n, in.Width(), 1)
		style := t.Dim
		if focused {
			row.Fill(t.SelectedFaint)
			style = ui.Over(t.Accent, t.SelectedFaint)
		}
		row.Text(1, 0, style, name)
		row.Click(func() tea.Cmd { f.at = n; return nil })
		return row.Right(label)
	}
	f.drawFile(line(0, "file", f.at == 0))
	for i, field := range f.fields {
		focused := f.at == i+1
		row := line(i+1, field.name, focused)
		f.drawChoices(row, i, focused)
	}
	in.Cut(1, len(f.fields)+2, in.Width()-2, t.Dim, "↑↓ field · ←→ choice · enter exports · esc cancels")
}

// drawChoices draws the choices of a field, or in a narrow window the one that is
// chosen and how many there are.
func (f *exportForm) drawChoices(row ui.Pane, i int, focused bool) {
	field, x := f.fields[i], 0
	narrow := field.overflows(row.Width())
	for c, choice := range field.choices {
		style, mark := f.Theme.Dim, "  "
		if c == field.at {
			style, mark = f.Theme.Strong, "● "
		}
		if focused {
			style = ui.Over(style, f.Theme.SelectedFaint)
		}
		if narrow && c != field.at {
			continue
		}
		from := x
		x = row.Text(row.Text(x, 0, style, mark), 0, style, choice) + 2
		row.Part(from, 0, x-from, 1).Click(func() tea.Cmd { f.at = i + 1; return f.choose(c - field.at) })
	}
	if !narrow {
		return
	}
	style := f.Theme.Dim
	if focused {
		style = ui.Over(style, f.Theme.SelectedFaint)
	}
	next := row.Right(x)
	next.TextRight(next.Width()-1, 0, style, fmt.Sprintf("%d/%d", field.at+1, len(field.choices)))
	next.Click(func() tea.Cmd { f.at = i + 1; return f.choose(1) })
}

// overflows reports whether the choices need more columns.
func (f *formField) overflows(room int) bool {
	used := 0
	for _, c := range f.choices {
		used += ui.Width(c) + 4
	}
	return used-1 > room
}

// drawFile draws the name of the file, with the part around the cursor.
func (f *exportForm) drawFile(row ui.Pane) {
	value, at := []rune(f.file.Value()), f.file.Position()
	from := max(0, at-row.Width()+3)
	shown := string(value[from:])
	if from > 0 {
		shown = "…" + string(value[from+1:])
	}
	row.Cut(0, 0, row.Width()-1, f.Theme.Strong, shown)
	if f.at == 0 {
		x := ui.Width(string(value[from:at]))
		row.Frame.Cursor = tea.NewCursor(row.Area.Min.X+x, row.Area.Min.Y)
	}
}

// writeExport writes a file with the choice for one that exists. It returns the
// name that the file got.
func (a *app) writeExport(choice exportChoice, write func(io.Writer) error) (string, error) {
	switch choice.exists {
	case overwriteFile:
		return choice.name, a.options.Replace(choice.name, write)
	case refuseFile:
		return choice.name, a.options.Export(choice.name, write)
	}
	ending := filepath.Ext(choice.name)
	name := choice.name
	for n := 2; ; n++ {
		err := a.options.Export(name, write)
		if !errors.Is(err, fs.ErrExist) || n > 1000 {
			return name, err
		}
		name = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(choice.name, ending), n, ending)
	}
}

// formatNames lists the endings of files for exports.
func formatNames() string {
	var names []string
	for _, f := range export.Formats {
		names = append(names, "."+string(f))
	}
	return strings.Join(names, " ")
}

// formatOf returns the format for the ending of a name.
func formatOf(name string) (export.Format, bool) {
	ending := strings.ToLower(strings.TrimPrefix(filepath.Ext(name), "."))
	if ending == "jsonl" {
		ending = string(export.NDJSON)
	}
	f := export.Format(ending)
	return f, slices.Contains(export.Formats, f)
}
