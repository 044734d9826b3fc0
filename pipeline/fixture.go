package pipeline

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"
)

// Fixture is a test of one transform: rows that it is given, and the rows
// that it must make of them. Fixtures lie in tests/<table>.json of a
// definition, as an array of
//
//	{"name": "…", "profiles": ["strict"], "given": {"table": [{…}]}, "expect": [{…}]}
//
// A table that is not given is empty. Without profiles a fixture is about the
// definition without overlays.
type Fixture struct {
	Table    string
	Name     string
	Profiles []string // in force, sorted
	File     string
	Line     int

	given  []fixtureTable
	expect []fixtureRow
}

type fixtureTable struct {
	name string
	line int
	rows []fixtureRow
}

// fixtureRow is a row as it stands in the file, but on one line.
type fixtureRow struct {
	line int
	text []byte
	keys []fixtureKey
}

type fixtureKey struct {
	name string
	line int
}

// Fixtures reads tests/*.json of the definition that a lake was loaded from,
// by table. A fault in a file is a Failure of kind BadUsage around a
// *DefinitionError.
func (l *Lake) Fixtures(definition fs.FS) ([]*Fixture, error) {
	files, err := definitionFiles(definition, "tests", ".json")
	if err != nil {
		return nil, fmt.Errorf("tests: %w", err)
	}
	var all []*Fixture
	for _, file := range files {
		table, err := l.tested(file)
		if err != nil {
			return nil, faultyFixture(err)
		}
		text, err := readText(definition, file)
		if err != nil {
			return nil, fmt.Errorf("definition: %w", err)
		}
		fixtures, err := decodeFixtures(file, text, Profiles(definition))
		if err != nil {
			return nil, faultyFixture(err)
		}
		for _, f := range fixtures {
			f.Table = table
		}
		all = append(all, fixtures...)
	}
	return all, nil
}

// tested finds the table that a fixture file is about.
func (l *Lake) tested(file string) (string, error) {
	name := nameOf(file)
	if t := l.Table(name); t != nil && !t.IsLanding() {
		return t.Name, nil
	}
	var made []string
	for _, t := range l.Tables {
		if !t.IsLanding() {
			made = append(made, t.Name)
		}
	}
	return "", &DefinitionError{File: file, Message: fmt.Sprintf("no transform builds %q: %sname the file after one of %s", name, didYouMean(name, made), strings.Join(made, ", "))}
}

func didYouMean(word string, candidates []string) string {
	if near := Nearest(word, candidates); near != "" {
		return "did you mean " + near + "? "
	}
	return ""
}

// faultyFixture says what to do about a fault in a fixture.
func faultyFixture(err error) error {
	if _, ok := errors.AsType[*DefinitionError](err); !ok {
		return err
	}
	return &Failure{Kind: BadUsage, Err: err, Fix: "Fix the fixture; `stedi test --help` shows an example."}
}

func decodeFixtures(file, text string, profiles []string) ([]*Fixture, error) {
	if !utf8.ValidString(text) {
		return nil, &DefinitionError{File: file, Message: "is not UTF-8"}
	}
	// The text is found valid as a whole first, so that the walk that follows
	// meets faults of meaning only.
	var whole json.RawMessage
	if err := json.Unmarshal([]byte(text), &whole); err != nil {
		line := 0
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			line = lineAt(text, int(syntax.Offset)-1)
		}
		return nil, &DefinitionError{File: file, Line: line, Message: err.Error()}
	}
	d := newFixtureDecoder(file, text)
	var fixtures []*Fixture
	err := d.array("the file", func() error {
		f, err := d.fixture(profiles)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(fixtures, f.sameAs); i >= 0 {
			return d.fault(f.Line, "fixture %q is defined twice, first in line %d", f.Name, fixtures[i].Line)
		}
		fixtures = append(fixtures, f)
		return nil
	})
	return fixtures, err
}

func (f *Fixture) sameAs(other *Fixture) bool {
	return f.Name == other.Name && slices.Equal(f.Profiles, other.Profiles)
}
