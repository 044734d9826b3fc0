package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// DefinitionError is a fault in a definition folder.
type DefinitionError struct {
	File    string // below the definition's folder
	Line    int    // 0: the file as a whole
	Message string
}

func (e *DefinitionError) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Message
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
}

// Load reads a definition: landing/*.sql (one CREATE EXTERNAL TABLE each),
// transforms/*.sql (one SELECT each, named as the table that it makes) with
// the overlays profiles/<name>/*.sql, checks/*.sql, queries/*.sql, and
// expectations.json.
// Lineage, stages and the columns of derived tables come from the SQL by way
// of parser.
// A fault in the files is a Failure of kind BadUsage around a
// *DefinitionError.
func Load(ctx context.Context, definition fs.FS, profiles []string, parser Parser) (*Lake, error) {
	l := loader{files: definition, parser: parser, lake: &Lake{}, tables: map[string]*Table{}}
	lake, err := l.load(ctx, profiles)
	err = errors.Join(err, parser.Undeclare(context.WithoutCancel(ctx)))
	if _, ok := errors.AsType[*DefinitionError](err); ok {
		return nil, &Failure{Kind: BadUsage, Err: err, Fix: "Repair the definition, or leave --definition out to use the one built in."}
	}
	return lake, err
}

type loader struct {
	files  fs.FS
	parser Parser
	lake   *Lake
	tables map[string]*Table // by lower-case name
}

func (l *loader) load(ctx context.Context, profiles []string) (*Lake, error) {
	overlay, err := l.overlay(profiles)
	if err != nil {
		return nil, err
	}
	if err := l.landing(); err != nil {
		return nil, err
	}
	if err := l.transforms(ctx, overlay); err != nil {
		return nil, err
	}
	if err := l.order(); err != nil {
		return nil, err
	}
	if err := l.describe(ctx); err != nil {
		return nil, err
	}
	if err := l.paths(); err != nil {
		return nil, err
	}
	if err := l.subjects(); err != nil {
		return nil, err
	}
	if err := l.checks(ctx); err != nil {
		return nil, err
	}
	if err := l.presets(); err != nil {
		return nil, err
	}
	l.lake.Expectations, err = loadExpectations(l.files)
	return l.lake, err
}

// Profiles returns the names of the overlays that a definition has.
func Profiles(definition fs.FS) []string {
	entries, err := fs.ReadDir(definition, "profiles")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

// overlay finds the file that stands in for a transform, by file name.
func (l *loader) overlay(profiles []string) (map[string]string, error) {
	known := Profiles(l.files)
	files := map[string]string{}
	l.lake.Profiles = slices.Clone(profiles)
	slices.Sort(l.lake.Profiles)
	l.lake.Profiles = slices.Compact(l.lake.Profiles)
	for _, profile := range l.lake.Profiles {
		if !slices.Contains(known, profile) {
			fix := "Known profiles: " + strings.Join(known, ", ") + "."
			if near := Nearest(profile, known); near != "" {
				fix = "Did you mean " + near + "? " + fix
			}
			return nil, Fail(BadUsage, "", fix, "there is no profile %q", profile)
		}
		matches, err := fs.Glob(l.files, "profiles/"+profile+"/*.sql")
		if err != nil {
			return nil, fmt.Errorf("profile %s: %w", profile, err)
		}
		for _, file := range matches {
			base := path.Base(file)
			if other, taken := files[base]; taken {
				return nil, &DefinitionError{File: file, Message: "also replaced by " + other + ": these two profiles do not go together"}
			}
			if _, err := fs.Stat(l.files, "transforms/"+base); err != nil {
				return nil, &DefinitionError{File: file, Message: "there is no transforms/" + base + " that it could replace"}
			}
			files[base] = file
		}
	}
	return files, nil
}

func (l *loader) landing() error {
	files, err := fs.Glob(l.files, "landing/*.sql")
	if err != nil {
		return fmt.Errorf("landing: %w", err)
	}
	if len(files) == 0 {
		return &DefinitionError{File: "landing", Message: "no *.sql file with a CREATE EXTERNAL TABLE is there"}
	}
	for _, file := range files {
		text, err := l.read(file)
		if err != nil {
			return err
		}
		ddl, err := parseDDL(text)
		if err != nil {
			return fault(file, err)
		}
		if want := nameOf(file); !strings.EqualFold(ddl.name, want) {
			return &DefinitionError{File: file, Message: fmt.Sprintf("makes the table %q: name the file after its table", ddl.name)}
		}
		folder, ok := strings.CutPrefix(ddl.location, "${lake}/")
		if !ok {
			return &DefinitionError{File: file, Message: fmt.Sprintf("LOCATION %q does not begin with ${lake}/", ddl.location)}
		}
		_, doc := header(text)
		table := &Table{
			Name: strings.ToLower(ddl.name), Zone: Landing, Path: strings.TrimSuffix(folder, "/"),
			Doc: doc, Columns: ddl.columns, File: file, DDL: text,
		}
		if err := l.add(table); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) transforms(ctx context.Context, overlay map[string]string) error {
	files, err := fs.Glob(l.files, "transforms/*.sql")
	if err != nil {
		return fmt.Errorf("transforms: %w", err)
	}
	for _, file := range files {
		if instead, ok := overlay[path.Base(file)]; ok {
			file = instead
		}
		text, err := l.read(file)
		if err != nil {
			return err
		}
		statement, err := l.parser.Parse(ctx, text)
		if err != nil {
			return fault(file, err)
		}
		keys, doc := header(text)
		table := &Table{Name: strings.ToLower(nameOf(file)), Zone: keys["zone"], Path: keys["path"], Doc: doc, File: file}
		table.Made = &Transform{Output: table.Name, Inputs: statement.Tables, Stages: statement.Stages, Job: keys["job"], SQL: text}
		if table.Zone == "" || table.Path == "" {
			return &DefinitionError{File: file, Line: 1, Message: "the header must say \"-- zone: NAME\" and \"-- path: FOLDER\""}
		}
		if table.Zone == Landing {
			return &DefinitionError{File: file, Line: 1, Message: "the landing zone holds what nobody here makes: choose another zone"}
		}
		if err := l.add(table); err != nil {
			return err
		}
	}
	return nil
}

var (
	safeName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,127}$`)
	safePath = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_=-]*(/[A-Za-z0-9][A-Za-z0-9_=-]*)*$`)
)

func (l *loader) add(t *Table) error {
	if other, taken := l.tables[t.Name]; taken {
		return &DefinitionError{File: t.File, Message: fmt.Sprintf("table %s is already made by %s", t.Name, other.File)}
	}
	if !safeName.MatchString(t.Name) || !safeName.MatchString(t.Zone) {
		return &DefinitionError{File: t.File, Message: fmt.Sprintf("%.40q in zone %.40q: names have at most 128 letters, digits and underscores and begin with no digit", t.Name, t.Zone)}
	}
	if !safePath.MatchString(t.Path) || len(t.Path) > 256 {
		return &DefinitionError{File: t.File, Message: fmt.Sprintf("%.80q is no path below the lake: folders of letters, digits, '_', '=' and '-', joined by '/'", t.Path)}
	}
	l.tables[t.Name] = t
	l.lake.Tables = append(l.lake.Tables, t)
	return nil
}

// paths refuses tables whose folders lie in one another, for each would read
// the other's files.
func (l *loader) paths() error {
	for _, a := range l.lake.Tables {
		for _, b := range l.lake.Tables {
			if a != b && strings.HasPrefix(b.Path+"/", a.Path+"/") {
				return &DefinitionError{File: b.File, Message: fmt.Sprintf("its path %s lies in that of %s (%s): give each table a folder of its own", b.Path, a.Name, a.Path)}
			}
		}
	}
	return nil
}

func (l *loader) describe(ctx context.Context) error {
	for _, t := range l.lake.Tables {
		if t.Made != nil {
			var err error
			if t.Columns, err = l.parser.Describe(ctx, t.Made.SQL); err != nil {
				return fault(t.File, err)
			}
			if name := repeated(t.Columns); name != "" {
				return &DefinitionError{File: t.File, Message: fmt.Sprintf("gives the column %s twice: names must differ by more than their case", name)}
			}
		}
		if err := l.parser.Declare(ctx, t.Name, t.Columns); err != nil {
			return err
		}
	}
	return nil
}

// repeated returns the name that two columns share.
func repeated(columns []Column) string {
	seen := map[string]bool{}
	for _, c := range columns {
		if folded := strings.ToLower(c.Name); seen[folded] {
			return c.Name
		} else {
			seen[folded] = true
		}
	}
	return ""
}

func (l *loader) read(file string) (string, error) {
	text, err := fs.ReadFile(l.files, file)
	if err != nil {
		return "", fmt.Errorf("definition: %w", err)
	}
	return string(text), nil
}

func nameOf(file string) string { return strings.TrimSuffix(path.Base(file), ".sql") }

// fault gives a *SQLError its file.
func fault(file string, err error) error {
	var at *SQLError
	if !errors.As(err, &at) {
		return err
	}
	return &DefinitionError{File: file, Line: at.Line, Message: at.Message}
}

// lineAt says in which line of text an offset lies.
func lineAt(text string, offset int) int {
	return 1 + strings.Count(text[:min(max(offset, 0), len(text))], "\n")
}

// header reads the comment that a file begins with: "-- key: value" lines,
// then prose.
func header(text string) (keys map[string]string, doc string) {
	keys = map[string]string{}
	var prose []string
	for line := range strings.Lines(text) {
		comment, ok := strings.CutPrefix(strings.TrimSpace(line), "--")
		if !ok {
			break
		}
		comment = strings.TrimSpace(comment)
		if comment == "guard" {
			keys[comment] = ""
			continue
		}
		key, value, isKey := strings.Cut(comment, ": ")
		if isKey && len(prose) == 0 && safeName.MatchString(key) {
			keys[key] = strings.TrimSpace(value)
			continue
		}
		prose = append(prose, comment)
	}
	return keys, strings.Join(prose, " ")
}
