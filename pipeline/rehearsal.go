package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stedi/pipeline/ndjson"
)

// Rehearsal runs fixtures: each transform alone, over the rows that a fixture
// gives it, without a lake.
type Rehearsal struct {
	Definition fs.FS
	Parser     Parser
	Engine     Engine
	Temp       string // private folder for the rows
}

// FixtureResult is what became of a fixture.
type FixtureResult struct {
	Table    string   `json:"table"`
	Case     string   `json:"case"`
	Profiles []string `json:"profile"`
	File     string   `json:"file"`
	Line     int      `json:"line"`
	State    string   `json:"state"` // ok, fail
	Rows     int      `json:"rows"`  // of the result of the transform
	// Missing and Surplus are rows that were expected but not built, and the
	// other way round; of many only the first are kept.
	MissingRows int               `json:"missing_rows"`
	Missing     []json.RawMessage `json:"missing"`
	SurplusRows int               `json:"surplus_rows"`
	Surplus     []json.RawMessage `json:"surplus"`
	Error       string            `json:"error,omitempty"` // the transform did not get to its end
}

// Failed tells whether the transform does not do what the fixture says.
func (r *FixtureResult) Failed() bool { return r.State != "ok" }

// shownRows is how many rows of a kind a result keeps.
const shownRows = 5

// Run runs fixtures in their order and hands each result to show. Its error is
// a fault in a fixture, which is found before the first of them runs, or that
// nothing could be run.
func (r *Rehearsal) Run(ctx context.Context, fixtures []*Fixture, show func(FixtureResult)) error {
	lakes := map[string]*Lake{}
	var staged []*stagedFixture
	for i, f := range fixtures {
		profiles := strings.Join(f.Profiles, ",")
		if lakes[profiles] == nil {
			lake, err := Load(ctx, r.Definition, f.Profiles, r.Parser)
			if err != nil {
				return err
			}
			lakes[profiles] = lake
		}
		s, err := r.stage(ctx, lakes[profiles], f, filepath.Join(r.Temp, fmt.Sprintf("case-%d", i)))
		if err != nil {
			return faultyFixture(err)
		}
		staged = append(staged, s)
	}
	for _, s := range staged {
		result, err := r.run(ctx, s)
		if err != nil {
			return err
		}
		show(result)
	}
	return nil
}

// stagedFixture is a fixture whose rows have been found to fit the tables.
type stagedFixture struct {
	*Fixture
	table  *Table
	inputs []Input
	expect []string // as the engine would write them
}

func (r *Rehearsal) stage(ctx context.Context, lake *Lake, f *Fixture, folder string) (*stagedFixture, error) {
	s := &stagedFixture{Fixture: f, table: lake.Table(f.Table)}
	given, err := f.givenRows(s.table.Made)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("rows of a test: %w", err)
	}
	for _, name := range s.table.Made.Inputs {
		input, err := r.input(ctx, f, lake.Table(name), given[name], filepath.Join(folder, "given-"+name+".json"))
		if err != nil {
			return nil, err
		}
		s.inputs = append(s.inputs, input)
	}
	expected, err := r.input(ctx, f, s.table, f.expect, filepath.Join(folder, "expect.json"))
	if err != nil {
		return nil, err
	}
	s.expect, err = r.normalise(ctx, expected)
	return s, err
}

// givenRows finds the rows of each input of a transform.
func (f *Fixture) givenRows(made *Transform) (map[string][]fixtureRow, error) {
	given := map[string][]fixtureRow{}
	for _, g := range f.given {
		i := slices.IndexFunc(made.Inputs, func(name string) bool { return strings.EqualFold(name, g.name) })
		if i < 0 {
			return nil, f.fault(g.line, "%s does not read %q: %sit reads %s", f.Table, g.name, didYouMean(g.name, made.Inputs), strings.Join(made.Inputs, ", "))
		}
		if _, twice := given[made.Inputs[i]]; twice {
			return nil, f.fault(g.line, "%s is given twice", made.Inputs[i])
		}
		given[made.Inputs[i]] = g.rows
	}
	return given, nil
}

func (f *Fixture) fault(line int, format string, args ...any) error {
	return &DefinitionError{File: f.File, Line: line, Message: fmt.Sprintf("fixture %q: ", f.Name) + fmt.Sprintf(format, args...)}
}

// input lays rows into a file and makes sure that the reader takes them all.
func (r *Rehearsal) input(ctx context.Context, f *Fixture, t *Table, rows []fixtureRow, file string) (Input, error) {
	t = t.asNamed()
	var text []byte
	for _, row := range rows {
		if err := f.keysOf(t, row); err != nil {
			return Input{}, err
		}
		text = append(append(text, row.text...), '\n')
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return Input{}, fmt.Errorf("rows of a test: %w", err)
	}
	input := Input{Table: t, Files: []ndjson.File{{Path: file, Name: f.File, Size: int64(len(text))}}}
	report, err := r.Engine.Scan(ctx, input, func(Progress) {})
	if err != nil {
		return Input{}, fmt.Errorf("%s: fixture %q: %w", f.File, f.Name, err)
	}
	if len(report.Rejects) == 0 {
		return input, nil
	}
	reject := report.Rejects[0]
	if reject.Line < 1 || reject.Line > int64(len(rows)) {
		return Input{}, f.fault(f.Line, "%s: %s", t.Name, reject.Reason)
	}
	return Input{}, f.fault(rows[reject.Line-1].lineOf(reject.Field), "%s: %s", t.Name, reject.Reason)
}

// keysOf makes sure that each key of a row is a column: the reader would pass
// over a typing error, and the test would be about something else.
func (f *Fixture) keysOf(t *Table, row fixtureRow) error {
	var names []string
	for _, c := range t.Columns {
		names = append(names, c.Name)
	}
	for _, key := range row.keys {
		if !slices.ContainsFunc(names, key.is) {
			return f.fault(key.line, "%s has no column %q: %sits columns are %s", t.Name, key.name, didYouMean(key.name, names), strings.Join(names, ", "))
		}
	}
	return nil
}

// is compares names as the reader does: without the case of ASCII letters.
func (k fixtureKey) is(name string) bool { return foldASCII(k.name) == foldASCII(name) }

func foldASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r - 'A' + 'a'
		}
		return r
	}, s)
}

// lineOf is the line of a row's key, or of the row if it lacks the key.
func (row fixtureRow) lineOf(key string) int {
	for _, k := range row.keys {
		if k.is(key) {
			return k.line
		}
	}
	return row.line
}

// normalise returns the rows of a table as the engine writes them, so that
// expected and actual rows are compared as text.
func (r *Rehearsal) normalise(ctx context.Context, input Input) ([]string, error) {
	text, err := sqlText("rows.sql", input.Table)
	if err != nil {
		return nil, err
	}
	t := input.Table
	same := &Table{Name: t.Name + "_expected", Columns: t.Columns, Made: &Transform{Inputs: []string{t.Name}, SQL: text}}
	lines, err := r.lines(ctx, Job{Table: same, Inputs: []Input{input}})
	if err != nil {
		return nil, fmt.Errorf("rows expected of %s: %w", t.Name, err)
	}
	return lines, nil
}

func (r *Rehearsal) lines(ctx context.Context, job Job) ([]string, error) {
	var out bytes.Buffer
	job.Output.Stream = &out
	if _, err := r.Engine.Run(ctx, job, func(Progress) {}); err != nil {
		return nil, err
	}
	return slices.Sorted(strings.Lines(out.String())), nil
}

// run runs one fixture. A transform that fails on the rows has failed the
// test; the tests after it go on.
func (r *Rehearsal) run(ctx context.Context, s *stagedFixture) (FixtureResult, error) {
	result := FixtureResult{Table: s.Table, Case: s.Name, Profiles: s.Profiles, File: s.File, Line: s.Line, State: "fail", Missing: []json.RawMessage{}, Surplus: []json.RawMessage{}}
	made, err := r.lines(ctx, Job{Table: s.table, Inputs: s.inputs})
	if err != nil {
		if _, ours := errors.AsType[*Failure](err); ours || ctx.Err() != nil {
			return result, err
		}
		result.Error = err.Error()
		return result, nil
	}
	missing, surplus := differ(s.expect, made)
	result.Rows, result.MissingRows, result.SurplusRows = len(made), len(missing), len(surplus)
	result.Missing, result.Surplus = shown(missing), shown(surplus)
	if len(missing)+len(surplus) == 0 {
		result.State = "ok"
	}
	return result, nil
}

// differ compares two sorted lists in which a line may occur several times.
func differ(want, got []string) (missing, surplus []string) {
	for len(want) > 0 && len(got) > 0 {
		switch c := strings.Compare(want[0], got[0]); {
		case c < 0:
			missing, want = append(missing, want[0]), want[1:]
		case c > 0:
			surplus, got = append(surplus, got[0]), got[1:]
		default:
			want, got = want[1:], got[1:]
		}
	}
	return append(missing, want...), append(surplus, got...)
}

func shown(lines []string) []json.RawMessage {
	rows := []json.RawMessage{}
	for _, line := range lines[:min(len(lines), shownRows)] {
		rows = append(rows, json.RawMessage(strings.TrimSuffix(line, "\n")))
	}
	return rows
}

// asNamed is the table with the values of each column under its name, regardless of
// key or folder holds them in the lake.
func (t *Table) asNamed() *Table {
	named := *t
	named.Columns = slices.Clone(t.Columns)
	for i, c := range named.Columns {
		named.Columns[i] = Column{Name: c.Name, Type: c.Type, Key: c.Key && !c.Partition}
	}
	return &named
}
