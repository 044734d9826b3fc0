package diagnose

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/definition"
)

// Mistake is one that people make, as a file of the folder mistakes/ names it.
type Mistake struct {
	ID       string
	Table    string // the table that it is about; "": any
	Operator string // the mutation that it names; "": it has SQL of its own
	Variant  string // the variant that it takes for the transform, with the mutation other_variant
	Rank     int    // of two mistakes that explain a table, the one of lower rank comes first
	Title    string
	Cause    string
	Fix      string
	Source   string
	SQL      []string // SELECTs, each of which shows the mistake
	File     string
}

// mistakes is what a definition knows of what may be wrong.
type mistakes struct {
	all      []Mistake
	variants []variant
	truths   map[string]bool // tables that are made of correct upstream tables
}

// variant is a transform of a table that another profile uses.
type variant struct{ profile, table, sql string }

// unranked is the rank of a mistake that has none.
const unranked = 5

var orLine = regexp.MustCompile(`(?m)^-- or$`)

// Mistakes reads mistakes/*.sql.
func Mistakes(files fs.FS) ([]Mistake, error) {
	names, err := definition.TextFiles(files, "mistakes", ".sql")
	if err != nil {
		return nil, fmt.Errorf("mistakes: %w", err)
	}
	var all []Mistake
	for _, name := range names {
		text, err := definition.ReadText(files, name)
		if err != nil {
			return nil, fmt.Errorf("definition: %w", err)
		}
		keys, doc := definition.Header(text)
		m := Mistake{
			ID: keys["id"], Table: keys["table"], Operator: keys["mutation"], Variant: keys["variant"], Rank: unranked,
			Title: keys["title"], Cause: doc, Fix: keys["fix"], Source: keys["source"], File: name,
		}
		if m.ID == "" || m.Title == "" || m.Cause == "" || m.Fix == "" {
			return nil, &definition.Error{File: name, Line: 1, Message: `the header must have the lines "-- id:", "-- title:", "-- fix:" and a sentence that says the cause`}
		}
		if rank := keys["rank"]; rank != "" {
			if m.Rank, err = strconv.Atoi(rank); err != nil {
				return nil, &definition.Error{File: name, Line: 1, Message: fmt.Sprintf("rank %.20q is not a number", rank)}
			}
		}
		for _, part := range orLine.Split(text, -1) {
			if body := withoutComments(part); body != "" {
				m.SQL = append(m.SQL, body)
			}
		}
		all = append(all, m)
	}
	return all, nil
}

// withoutComments drops the lines that are comments.
func withoutComments(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "--") {
			b.WriteString(line)
		}
	}
	return strings.TrimSpace(b.String())
}

// loadMistakes reads what a definition knows, and makes sure that its SQL can
// be read and is about tables of the lake.
func loadMistakes(ctx context.Context, files fs.FS, lake *pipeline.Lake, bench pipeline.Workbench) (*mistakes, error) {
	k := &mistakes{truths: map[string]bool{}}
	if files == nil {
		return k, nil
	}
	var faults []error
	var err error
	if k.all, err = Mistakes(files); err != nil {
		faults = append(faults, err)
	}
	for _, m := range k.all {
		if m.Table != "" && (lake.Table(m.Table) == nil || lake.Table(m.Table).IsLanding()) {
			faults = append(faults, &definition.Error{File: m.File, Line: 1, Message: fmt.Sprintf("%.80q is not a table that a transform builds", m.Table)})
		}
		if len(m.SQL) > 0 && m.Table == "" || len(m.SQL) == 0 && m.Operator == "" && !slices.Contains(columnIDs, m.ID) {
			faults = append(faults, &definition.Error{File: m.File, Line: 1, Message: `write "-- table:" and a SELECT, or "-- mutation:"`})
		}
		for _, query := range m.SQL {
			if _, err := bench.Tree(ctx, query); err != nil {
				faults = append(faults, &definition.Error{File: m.File, Message: err.Error()})
			}
		}
	}
	if len(faults) > 0 {
		return nil, &pipeline.Failure{Kind: pipeline.BadUsage, Err: errors.Join(faults...), Fix: "Repair the definition, or leave --definition out to use the one built in."}
	}
	return k, k.loadVariants(files, lake)
}

// loadVariants reads the transforms that other profiles use.
func (k *mistakes) loadVariants(files fs.FS, lake *pipeline.Lake) error {
	folders := []string{"transforms"}
	for _, p := range definition.Profiles(files) {
		folders = append(folders, "profiles/"+p)
	}
	for _, folder := range folders {
		names, err := definition.TextFiles(files, folder, ".sql")
		if err != nil {
			return fmt.Errorf("%s: %w", folder, err)
		}
		for _, name := range names {
			t := lake.Table(definition.NameOf(name))
			if t == nil || t.File == name {
				continue
			}
			text, err := definition.ReadText(files, name)
			if err != nil {
				return fmt.Errorf("definition: %w", err)
			}
			k.variants = append(k.variants, variant{strings.TrimPrefix(folder, "profiles/"), t.Name, text})
		}
	}
	return nil
}

// named finds the mistake that a mutation of a table is.
func (k *mistakes) named(operator, table, profile string) *Mistake {
	var found *Mistake
	for i := range k.all {
		m := &k.all[i]
		if m.Operator != operator || m.Table != "" && m.Table != table || m.Variant != "" && m.Variant != profile {
			continue
		}
		if found == nil || found.Table == "" && m.Table != "" {
			found = m
		}
	}
	return found
}

// about finds the mistake of an id, for its texts.
func (k *mistakes) about(id string) *Mistake {
	for i := range k.all {
		if k.all[i].ID == id {
			return &k.all[i]
		}
	}
	return nil
}
