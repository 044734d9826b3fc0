package pipeline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// fixtureDecoder walks through a fixture file and knows in which line it is:
// the error leads directly to the line to fix.
type fixtureDecoder struct {
	*json.Decoder
	file string
	text string

	offset, lines int // line feeds before an offset that was asked for
}

func newFixtureDecoder(file, text string) *fixtureDecoder {
	d := &fixtureDecoder{Decoder: json.NewDecoder(strings.NewReader(text)), file: file, text: text}
	d.UseNumber()
	return d
}

// start is where the next value or key begins.
func (d *fixtureDecoder) start() int {
	at := int(d.InputOffset())
	return at + len(d.text[at:]) - len(strings.TrimLeft(d.text[at:], " \t\r\n,:"))
}

// line is the line of the next value or key.
func (d *fixtureDecoder) line() int {
	at := d.start()
	d.lines += strings.Count(d.text[d.offset:at], "\n")
	d.offset = at
	return 1 + d.lines
}

func (d *fixtureDecoder) fault(line int, format string, args ...any) error {
	return &DefinitionError{File: d.file, Line: line, Message: fmt.Sprintf(format, args...)}
}

// open takes the delimiter that a value begins with.
func (d *fixtureDecoder) open(what string, want json.Delim, kind string) error {
	line := d.line()
	token, err := d.Token()
	if err == nil && token != want {
		err = d.fault(line, "%s must be %s", what, kind)
	}
	return err
}

// array calls each wherever an element comes next.
func (d *fixtureDecoder) array(what string, each func() error) error {
	if err := d.open(what, '[', "an array"); err != nil {
		return err
	}
	for d.More() {
		if err := each(); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// object calls each wherever a value comes next.
func (d *fixtureDecoder) object(what string, each func(key fixtureKey) error) error {
	if err := d.open(what, '{', "an object"); err != nil {
		return err
	}
	var seen []string
	for d.More() {
		key := fixtureKey{line: d.line()}
		token, err := d.Token()
		if err != nil {
			return err
		}
		key.name = fmt.Sprint(token)
		if slices.Contains(seen, key.name) {
			return d.fault(key.line, "%s has the key %q twice", what, key.name)
		}
		seen = append(seen, key.name)
		if err := each(key); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

func (d *fixtureDecoder) string(what string) (string, error) {
	line := d.line()
	token, err := d.Token()
	if err != nil {
		return "", err
	}
	text, ok := token.(string)
	if !ok || text == "" {
		return "", d.fault(line, "%s must be a non-empty string", what)
	}
	return text, nil
}

func (d *fixtureDecoder) fixture(profiles []string) (*Fixture, error) {
	f := &Fixture{File: d.file, Line: d.line(), Profiles: []string{}}
	expects := false
	err := d.object("a fixture", func(key fixtureKey) (err error) {
		switch key.name {
		case "name":
			f.Name, err = d.string("a name")
		case "profiles":
			f.Profiles, err = d.profiles(profiles)
		case "given":
			err = d.object("given", func(table fixtureKey) error {
				rows, err := d.rows("the table " + table.name)
				f.given = append(f.given, fixtureTable{table.name, table.line, rows})
				return err
			})
		case "expect":
			expects = true
			f.expect, err = d.rows("expect")
		default:
			known := []string{"name", "profiles", "given", "expect"}
			err = d.fault(key.line, "a fixture has no key %q: %sit has %s", key.name, didYouMean(key.name, known), strings.Join(known, ", "))
		}
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case f.Name == "":
		return nil, d.fault(f.Line, "a fixture needs a name")
	case !expects:
		return nil, d.fault(f.Line, "fixture %q does not have the key expect; for no rows, write []", f.Name)
	}
	return f, nil
}

func (d *fixtureDecoder) profiles(known []string) ([]string, error) {
	profiles := []string{}
	err := d.array("profiles", func() error {
		line := d.line()
		name, err := d.string("a profile")
		if err == nil && !slices.Contains(known, name) {
			err = d.fault(line, "unknown profile %q: %sknown are %s", name, didYouMean(name, known), strings.Join(known, ", "))
		}
		profiles = append(profiles, name)
		return err
	})
	slices.Sort(profiles)
	return slices.Compact(profiles), err
}

func (d *fixtureDecoder) rows(what string) ([]fixtureRow, error) {
	var rows []fixtureRow
	err := d.array(what, func() error {
		row, err := d.row()
		rows = append(rows, row)
		return err
	})
	return rows, err
}

// row keeps a row's text as it is, for the strict reader to judge.
func (d *fixtureDecoder) row() (fixtureRow, error) {
	row, start := fixtureRow{line: d.line()}, d.start()
	err := d.object("a row", func(key fixtureKey) error {
		row.keys = append(row.keys, key)
		var value json.RawMessage
		return d.Decode(&value)
	})
	if err != nil {
		return row, err
	}
	var line bytes.Buffer
	err = json.Compact(&line, []byte(d.text[start:d.InputOffset()]))
	row.text = line.Bytes()
	return row, err
}
