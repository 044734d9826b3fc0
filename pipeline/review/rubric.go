package review

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"stedi/pipeline"
)

// RubricSchema is the schema of a rubric file.
const RubricSchema = "stedi.rubric/1"

//go:embed rubric.toml
var builtIn string

// Rubric says which items a review has.
type Rubric struct {
	Schema  string        `toml:"schema"`
	Name    string        `toml:"name"`
	Extends bool          `toml:"extends"` // the built-in rubric
	Tables  []RubricTable `toml:"table"`
	Items   []RubricItem  `toml:"item"`
}

// RubricTable is a table of the project.
type RubricTable struct {
	Name     string         `toml:"name"`
	Zone     string         `toml:"zone"`
	Entity   string         `toml:"entity"`
	Path     string         `toml:"path"`
	Aliases  []string       `toml:"aliases"`
	Versions []string       `toml:"versions"` // empty: all
	Reads    []string       `toml:"reads"`
	Keys     []string       `toml:"keys"`
	Only     string         `toml:"only"` // the table whose columns it has
	Needs    []string       `toml:"needs"`
	Personal []string       `toml:"personal"`
	Rows     []int64        `toml:"rows"`
	Accepted []Accepted     `toml:"accepted"`
	Columns  []RubricColumn `toml:"columns"`
}

// Accepted is another number of rows that is right, too.
type Accepted struct {
	Rows int64  `toml:"rows"`
	Why  string `toml:"why"`
	Warn bool   `toml:"warn"`
}

// RubricColumn is a column of a landing table.
type RubricColumn struct {
	Name     string `toml:"name"`
	Kind     string `toml:"kind"`     // text, date, epoch, real, number
	Optional string `toml:"optional"` // why a DDL may leave it out
}

// RubricItem is an item of the checklist.
type RubricItem struct {
	ID       string    `toml:"id"`
	Check    string    `toml:"check"`
	Title    string    `toml:"title"`
	Tables   []string  `toml:"tables"`
	Versions []string  `toml:"versions"` // empty: all
	Result   Result    `toml:"result"`   // when it does not pass: fail, warn, or off
	Feedback string    `toml:"feedback"`
	Warns    []Lenient `toml:"warns"` // where "fail" is only "warn"

	// For the check "text": files whose name matches, and what they must or must
	// not hold. For the check "file": a file of the name must exist.
	Files    string `toml:"files"`
	Requires string `toml:"requires"`
	Forbids  string `toml:"forbids"`
	Message  string `toml:"message"`

	requires, forbids *regexp.Regexp
}

// Lenient are versions and tables whose rubric does not ask for an item.
type Lenient struct {
	Versions []string `toml:"versions"`
	Tables   []string `toml:"tables"`
}

// missed is what the item reports for a table that does not pass.
func (i *RubricItem) missed(table, version string) Result {
	for _, w := range i.Warns {
		if i.Result == Fail && applies(w.Versions, version) && slices.Contains(w.Tables, table) {
			return Warn
		}
	}
	return i.Result
}

// Off leaves an item out.
const Off Result = "off"

// Knows reports whether a lake has a table of the rubric, or the rubric needs none.
func (r *Rubric) Knows(lake *pipeline.Lake) bool {
	return len(r.Tables) == 0 || slices.ContainsFunc(r.Tables, func(t RubricTable) bool { return lake.Table(t.Name) != nil })
}

// ReadRubric reads a rubric. The empty text is the built-in one.
func ReadRubric(file, text string) (*Rubric, error) {
	base, err := parseRubric("the built-in rubric", builtIn)
	if err != nil || text == "" {
		return base, err
	}
	r, err := parseRubric(file, text)
	if err != nil {
		return nil, err
	}
	if r.Extends {
		r = base.with(r)
	}
	return r, r.verify(file)
}

// wrongType matches the decoder's message about a value of another type, which
// names types of Go.
var wrongType = regexp.MustCompile(`cannot decode TOML (\w+) into .* of type (?:\[\]|\*)?(?:review\.)?(\w+)$`)

func parseRubric(file, text string) (*Rubric, error) {
	var r Rubric
	d := toml.NewDecoder(strings.NewReader(text)).DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		where := file
		if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(strict.Errors) > 0 {
			line, _ := strict.Errors[0].Position()
			where, err = at(file, line), fmt.Errorf("unknown key %s", strings.Join(strict.Errors[0].Key(), "."))
		} else if d, ok := errors.AsType[*toml.DecodeError](err); ok {
			line, _ := d.Position()
			where = at(file, line)
			if m := wrongType.FindStringSubmatch(d.Error()); m != nil {
				err = fmt.Errorf("the value is of type %s, not %s", m[1], m[2])
			}
		}
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Correct the rubric; rubric.toml of stedi is an example.", "%s: %w", where, err)
	}
	if r.Schema != RubricSchema {
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Write schema = \""+RubricSchema+"\".", "%s: the schema %q is not supported", file, r.Schema)
	}
	return &r, nil
}

// with returns the rubric with the changes of another one.
func (r *Rubric) with(changes *Rubric) *Rubric {
	all := *r
	all.Name = first(changes.Name, r.Name)
	all.Tables, all.Items = slices.Clone(r.Tables), slices.Clone(r.Items)
	for _, t := range changes.Tables {
		at := slices.IndexFunc(all.Tables, func(other RubricTable) bool { return other.Name == t.Name })
		if at < 0 {
			all.Tables = append(all.Tables, t)
			continue
		}
		all.Tables[at] = all.Tables[at].with(t)
	}
	for _, i := range changes.Items {
		found := false
		for k := range all.Items {
			if all.Items[k].ID == i.ID {
				all.Items[k], found = all.Items[k].with(i), true
			}
		}
		if !found {
			all.Items = append(all.Items, i)
		}
	}
	return &all
}

func (t RubricTable) with(c RubricTable) RubricTable {
	t.Zone, t.Entity, t.Path, t.Only = first(c.Zone, t.Zone), first(c.Entity, t.Entity), first(c.Path, t.Path), first(c.Only, t.Only)
	t.Aliases = append(slices.Clone(t.Aliases), c.Aliases...)
	t.Versions, t.Reads, t.Keys, t.Needs, t.Personal = or(c.Versions, t.Versions), or(c.Reads, t.Reads), or(c.Keys, t.Keys), or(c.Needs, t.Needs), or(c.Personal, t.Personal)
	t.Rows, t.Accepted, t.Columns = or(c.Rows, t.Rows), or(c.Accepted, t.Accepted), or(c.Columns, t.Columns)
	return t
}

func (i RubricItem) with(c RubricItem) RubricItem {
	i.Check, i.Title, i.Feedback, i.Message = first(c.Check, i.Check), first(c.Title, i.Title), first(c.Feedback, i.Feedback), first(c.Message, i.Message)
	i.Files, i.Requires, i.Forbids = first(c.Files, i.Files), first(c.Requires, i.Requires), first(c.Forbids, i.Forbids)
	i.Tables, i.Versions = or(c.Tables, i.Tables), or(c.Versions, i.Versions)
	if c.Result != "" {
		i.Result, i.Warns = c.Result, c.Warns
	}
	return i
}

func or[T any](a, b []T) []T {
	if a != nil {
		return a
	}
	return b
}

// verify checks what TOML cannot.
func (r *Rubric) verify(file string) error {
	bad := func(format string, args ...any) error {
		return pipeline.Fail(pipeline.BadUsage, "", "Correct the rubric.", "%s: "+format, append([]any{file}, args...)...)
	}
	for k := range r.Items {
		i := &r.Items[k]
		if i.ID == "" {
			return bad("an item has no id")
		}
		if _, ok := checks[i.Check]; !ok {
			return bad("item %s: the check %q does not exist; known are %s", i.ID, i.Check, strings.Join(slices.Sorted(maps.Keys(checks)), ", "))
		}
		if !slices.Contains([]Result{Fail, Warn, Off}, i.Result) {
			return bad("item %s: result is %q; write fail, warn or off", i.ID, i.Result)
		}
		for _, name := range i.Tables {
			if r.table(name) == nil {
				return bad("item %s: the rubric has no table %s", i.ID, name)
			}
		}
		var err error
		if i.requires, err = pattern(i.Requires); err != nil {
			return bad("item %s: requires: %w", i.ID, err)
		}
		if i.forbids, err = pattern(i.Forbids); err != nil {
			return bad("item %s: forbids: %w", i.ID, err)
		}
		if _, err := path.Match(i.Files, ""); err != nil {
			return bad("item %s: files: %w", i.ID, err)
		}
	}
	return nil
}

func pattern(text string) (*regexp.Regexp, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // the item has no such pattern
	}
	return regexp.Compile(text)
}

// table returns the table of a name, or nil.
func (r *Rubric) table(name string) *RubricTable {
	for i := range r.Tables {
		if r.Tables[i].Name == name {
			return &r.Tables[i]
		}
	}
	return nil
}

// normal makes names comparable: without case, blanks and signs.
func normal(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		}
		return -1
	}, name)
}

// named returns the table that a name means exactly, or nil.
func (r *Rubric) named(name string) *RubricTable {
	plain := normal(name)
	for i := range r.Tables {
		t := &r.Tables[i]
		if normal(t.Name) == plain || slices.ContainsFunc(t.Aliases, func(a string) bool { return normal(a) == plain }) {
			return t
		}
	}
	return nil
}
