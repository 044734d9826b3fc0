package definition

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"stedi/pipeline"
)

// Error is an error in a definition folder.
type Error struct {
	File    string // relative to the definition's folder
	Line    int    // 0 means the file as a whole
	Message string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Message
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
}

// Load reads a definition: landing/*.sql (one CREATE EXTERNAL TABLE each),
// transforms/*.sql (one SELECT each, named like the table that it builds) with
// the variants profiles/<name>/*.sql, checks/*.sql, queries/*.sql, and
// expectations.json. The parser derives lineage, stages and the columns of
// derived tables from the SQL. The error for a faulty definition is a Failure
// of kind BadUsage around one *Error for each error in its files.
func Load(ctx context.Context, definition fs.FS, profiles []string, parser pipeline.Parser) (*pipeline.Lake, error) {
	return LoadFor(ctx, definition, profiles, parser, Places{})
}

// LoadFor is Load for a lake whose places are known. They decide where landing
// tables lie whose LOCATION is another lake in S3, and where tables lie that have
// other names there.
func LoadFor(ctx context.Context, definition fs.FS, profiles []string, parser pipeline.Parser, places Places) (*pipeline.Lake, error) {
	l := loader{files: definition, parser: parser, places: places, lake: &pipeline.Lake{}, tables: map[string]*pipeline.Table{}, broken: map[string]bool{}}
	err := l.load(ctx, profiles)
	if err == nil {
		err = errors.Join(l.faults...)
	}
	err = errors.Join(err, parser.Undeclare(context.WithoutCancel(ctx)))
	if _, ok := errors.AsType[*Error](err); ok {
		return nil, &pipeline.Failure{Kind: pipeline.BadUsage, Err: err, Fix: "Repair the definition, or leave --definition out to use the one built in."}
	}
	if err != nil {
		return nil, err
	}
	return l.lake, nil
}

type loader struct {
	files  fs.FS
	parser pipeline.Parser
	places Places
	lake   *pipeline.Lake
	tables map[string]*pipeline.Table // by lower-case name
	faults []error
	broken map[string]bool // unusable tables, by lower-case name
}

// load reads the definition. It adds errors in its files to l.faults and
// returns all other errors.
func (l *loader) load(ctx context.Context, profiles []string) error {
	overlay, err := l.overlay(profiles)
	if err != nil {
		return err
	}
	if err := l.landing(); err != nil {
		return err
	}
	if err := l.transforms(ctx, overlay); err != nil {
		return err
	}
	if err := l.order(); err != nil {
		return err
	}
	if err := l.describe(ctx); err != nil {
		return err
	}
	if err := l.placeAll(); err != nil {
		return err
	}
	l.subjects()
	l.personal()
	if err := l.paths(); err != nil {
		return err
	}
	if err := l.checks(ctx); err != nil {
		return err
	}
	if err := l.presets(); err != nil {
		return err
	}
	l.lake.Expectations, err = loadExpectations(l.files)
	return l.note(err)
}

// Profiles returns the names of the variants of a definition.
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

// overlay returns the files of the active variants by the name of the transform
// file that they replace.
func (l *loader) overlay(profiles []string) (map[string]string, error) {
	known := Profiles(l.files)
	files := map[string]string{}
	l.lake.Profiles = slices.Clone(profiles)
	slices.Sort(l.lake.Profiles)
	l.lake.Profiles = slices.Compact(l.lake.Profiles)
	for _, profile := range l.lake.Profiles {
		if !slices.Contains(known, profile) {
			fix := "Known profiles: " + strings.Join(known, ", ") + "."
			if near := pipeline.Nearest(profile, known); near != "" {
				fix = "Did you mean " + near + "? " + fix
			}
			return nil, pipeline.Fail(pipeline.BadUsage, "", fix, "unknown profile %q", profile)
		}
		matches, err := TextFiles(l.files, "profiles/"+profile, ".sql")
		if err != nil {
			return nil, fmt.Errorf("profile %s: %w", profile, err)
		}
		for _, file := range matches {
			base := path.Base(file)
			switch _, err := fs.Stat(l.files, "transforms/"+base); {
			case files[base] != "":
				l.faults = append(l.faults, &Error{File: file, Message: "also replaced by " + files[base] + ": these two profiles cannot be combined"})
			case err != nil:
				l.faults = append(l.faults, &Error{File: file, Message: "no transforms/" + base + " to replace"})
			default:
				files[base] = file
			}
		}
	}
	return files, nil
}

func (l *loader) landing() error {
	files, err := TextFiles(l.files, "landing", ".sql")
	if err != nil {
		return fmt.Errorf("landing: %w", err)
	}
	if len(files) == 0 {
		return l.note(&Error{File: "landing", Message: "no *.sql file with a CREATE EXTERNAL TABLE is there"})
	}
	for _, file := range files {
		text, err := l.read(file)
		if err != nil {
			return err
		}
		ddl, err := parseDDL(text)
		table, e := l.landingTable(file, text, ddl)
		if err := errors.Join(err, e); err != nil {
			l.broken[strings.ToLower(ddl.name)] = true
			if err := l.noteIn(file, err); err != nil {
				return err
			}
			continue
		}
		if err := l.noteOf(file, l.add(table)); err != nil {
			return err
		}
	}
	return nil
}

// landingTable returns the table of a statement, as far as it could be parsed.
func (l *loader) landingTable(file, text string, ddl tableDDL) (*pipeline.Table, error) {
	var faults []error
	if want := NameOf(file); ddl.name != "" && !strings.EqualFold(ddl.name, want) {
		faults = append(faults, &Error{File: file, Line: ddl.namedLine, Message: fmt.Sprintf("declares the table %q: name the file after its table, %s.sql", ddl.name, ddl.name)})
	}
	if ddl.location == "" {
		return nil, errors.Join(faults...) // an error in the statement
	}
	folder, note, ok := l.folderOf(ddl)
	if !ok {
		faults = append(faults, &Error{File: file, Line: ddl.locatedLine, Message: fmt.Sprintf("LOCATION %.120q does not begin with ${lake}/ or s3://: write LOCATION '${lake}/%s/'", ddl.location, strings.ToLower(ddl.name))})
	} else if err := safeFolder(file, ddl.locatedLine, folder); err != nil {
		faults = append(faults, err)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	if ddl.database != "" {
		l.lake.Notes = append(l.lake.Notes, fmt.Sprintf("%s:%d: the database %.80q is not used: a command chooses it with --database", file, ddl.namedLine, ddl.database))
	}
	if note != "" {
		l.lake.Notes = append(l.lake.Notes, fmt.Sprintf("%s:%d: %s", file, ddl.locatedLine, note))
	}
	_, doc := Header(text)
	if doc == "" {
		doc = strings.Join(strings.Fields(ddl.comment), " ")
	}
	return &pipeline.Table{
		Name: strings.ToLower(ddl.name), Zone: pipeline.Landing, Path: folder,
		Doc: doc, Columns: ddl.columns, Personal: ddl.personal, File: file, DDL: ddl.portable(text, folder),
	}, nil
}

// noteOf is noteIn for an error that includes its file.
func (l *loader) noteOf(file string, err error) error {
	if err == nil {
		return nil
	}
	return l.noteIn(file, err)
}

func (l *loader) transforms(ctx context.Context, overlay map[string]string) error {
	files, err := TextFiles(l.files, "transforms", ".sql")
	if err != nil {
		return fmt.Errorf("transforms: %w", err)
	}
	for _, file := range files {
		if instead, ok := overlay[path.Base(file)]; ok {
			file = instead
		}
		if err := l.noteOf(file, l.transform(ctx, file)); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) transform(ctx context.Context, file string) error {
	text, err := l.read(file)
	if err != nil {
		return err
	}
	statement, err := l.parser.Parse(ctx, text)
	if err != nil {
		err = errors.Join(l.headed(file, text), err)
		return err
	}
	keys, doc := Header(text)
	table := &pipeline.Table{Name: strings.ToLower(NameOf(file)), Zone: keys["zone"], Path: keys["path"], Doc: doc, File: file}
	table.Transform = &pipeline.Transform{Output: table.Name, Inputs: statement.Tables, Stages: statement.Stages, Job: keys["job"], SQL: text, Grows: statement.Grows, Distinct: statement.Distinct, Reads: statement.Reads, Split: statement.Split}
	if err := l.headed(file, text); err != nil {
		// Only the location of the table is unknown.
		l.faults = append(l.faults, err)
		table.Zone, table.Path = "zone", ""
	}
	return l.add(table)
}

// headed makes sure that the header of a transform states the path of its
// table.
func (l *loader) headed(file, text string) error {
	keys, _ := Header(text)
	switch {
	case keys["zone"] == "" || keys["path"] == "":
		return &Error{File: file, Line: 1, Message: "the header must say \"-- zone: NAME\" and \"-- path: FOLDER\""}
	case keys["zone"] == pipeline.Landing:
		return &Error{File: file, Line: 1, Message: "a transform cannot write to the landing zone: choose another zone"}
	}
	return nil
}

var (
	safeName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,127}$`)
	safePath = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_=-]*(/[A-Za-z0-9][A-Za-z0-9_=-]*)*$`)
)

func (l *loader) add(t *pipeline.Table) error {
	if other, taken := l.tables[t.Name]; taken {
		return &Error{File: t.File, Message: fmt.Sprintf("table %s is already built by %s", t.Name, other.File)}
	}
	if !safeName.MatchString(t.Name) || !safeName.MatchString(t.Zone) {
		return &Error{File: t.File, Message: fmt.Sprintf("%.40q in zone %.40q: names have at most 128 letters, digits and underscores and begin with no digit", t.Name, t.Zone)}
	}
	if t.Path != "" { // the error is already noted
		if err := safeFolder(t.File, 0, t.Path); err != nil {
			return err
		}
	}
	l.tables[t.Name] = t
	l.lake.Tables = append(l.lake.Tables, t)
	return nil
}

func safeFolder(file string, line int, folder string) error {
	if safePath.MatchString(folder) && len(folder) <= 256 {
		return nil
	}
	return &Error{File: file, Line: line, Message: fmt.Sprintf("%.80q is not a path below the lake: folders of letters, digits, '_', '=' and '-', joined by '/'", folder)}
}

// paths returns an error for tables whose folders contain each other, because
// each would read the other's files.
func (l *loader) paths() error {
	for _, a := range l.lake.Tables {
		for _, b := range l.lake.Tables {
			if a == b || a.Path == "" || b.Path == "" || !strings.HasPrefix(b.Path+"/", a.Path+"/") || a.Path == b.Path && a.Name > b.Name {
				continue
			}
			err := &Error{File: b.File, Message: fmt.Sprintf("its path %s is inside that of %s (%s): give each table a folder of its own", b.Path, a.Name, a.Path)}
			if err := l.note(err); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *loader) describe(ctx context.Context) error {
	for _, t := range l.lake.Tables {
		if l.broken[t.Name] || t.Transform != nil && !l.reads(t.Transform.Inputs) {
			l.broken[t.Name] = true
			continue
		}
		if err := l.derive(ctx, t); err != nil {
			if err := l.noteTable(t, err); err != nil {
				return err
			}
			continue
		}
		if err := l.parser.Declare(ctx, t.Name, t.Columns); err != nil {
			return err
		}
	}
	return nil
}

// derive determines the columns of a derived table.
func (l *loader) derive(ctx context.Context, t *pipeline.Table) (err error) {
	if t.Transform == nil {
		return nil
	}
	if t.Columns, err = l.parser.Describe(ctx, t.Transform.SQL); err != nil {
		return err
	}
	if name := repeated(t.Columns); name != "" {
		return &Error{File: t.File, Message: fmt.Sprintf("gives the column %s twice: names must differ by more than their case", name)}
	}
	return nil
}

// repeated returns the name that two columns share.
func repeated(columns []pipeline.Column) string {
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
	text, err := ReadText(l.files, file)
	if err != nil {
		return "", fmt.Errorf("definition: %w", err)
	}
	return text, nil
}

// NameOf returns the name of a file without its folder and its extension.
func NameOf(file string) string {
	return strings.TrimSuffix(path.Base(file), path.Ext(file))
}

// fault adds the file to a *SQLError.
func fault(file string, err error) error {
	var at *pipeline.SQLError
	if !errors.As(err, &at) {
		return err
	}
	return &Error{File: file, Line: at.Line, Message: at.Message}
}
