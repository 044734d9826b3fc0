package definition

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"stedi/pipeline"
)

// Analysis holds what a parser has answered, by the content of the questions.
type Analysis struct {
	Parsed    map[string]pipeline.Statement `json:"parsed"`
	Described map[string][]pipeline.Column  `json:"described"`
}

// ReadAnalysis decodes an Analysis. From a text that is not one, it returns an
// empty one, which only costs time.
func ReadAnalysis(text []byte) Analysis {
	var a Analysis
	if json.Unmarshal(text, &a) != nil {
		return Analysis{}
	}
	return a
}

// Remembering answers with a known analysis, and asks parser only for texts that
// are not in it. It keeps the new answers in New. Errors are not kept.
type Remembering struct {
	New Analysis

	parser   pipeline.Parser
	known    Analysis
	declared map[string][]pipeline.Column // by name in lower case
	waiting  []string                     // declared tables that parser does not know yet
	asked    bool                         // parser knows declared tables
}

// Remember returns a parser with a known analysis.
func Remember(parser pipeline.Parser, known Analysis) *Remembering {
	return &Remembering{
		New:    Analysis{Parsed: map[string]pipeline.Statement{}, Described: map[string][]pipeline.Column{}},
		parser: parser, known: known, declared: map[string][]pipeline.Column{},
	}
}

var _ pipeline.Parser = (*Remembering)(nil)

// Parse returns the tables and the stages of a SELECT.
func (r *Remembering) Parse(ctx context.Context, sql string) (pipeline.Statement, error) {
	key := digest(sql)
	if s, ok := r.known.Parsed[key]; ok {
		return clone(s), nil
	}
	s, err := r.parser.Parse(ctx, sql)
	if err == nil {
		r.New.Parsed[key] = clone(s)
	}
	return s, err
}

// Store adds the parts of a text to the new answer about it.
func (r *Remembering) Store(sql string, split *pipeline.Split) {
	s := r.New.Parsed[digest(sql)]
	s.Split = split
	r.New.Parsed[digest(sql)] = s
}

// clone copies a statement, because the caller may change it, except for its
// Split, which callers only read.
func clone(s pipeline.Statement) pipeline.Statement {
	s.Tables, s.Stages, s.Sets = slices.Clone(s.Tables), slices.Clone(s.Stages), slices.Clone(s.Sets)
	s.Watch, s.Reads = cloneColumns(s.Watch), cloneColumns(s.Reads)
	grows := map[string]pipeline.Growth{}
	for table, growth := range s.Grows {
		growth.Stages = slices.Clone(growth.Stages)
		grows[table] = growth
	}
	s.Grows = grows
	if s.Passing != nil {
		passing := *s.Passing
		passing.Unique = slices.Clone(passing.Unique)
		s.Passing = &passing
	}
	return s
}

// cloneColumns copies the columns of tables.
func cloneColumns(of map[string][]string) map[string][]string {
	columns := map[string][]string{}
	for table, names := range of {
		columns[table] = slices.Clone(names)
	}
	return columns
}

// Declare declares a table. The parser learns of it when it is asked about a
// text.
func (r *Remembering) Declare(_ context.Context, table string, columns []pipeline.Column) error {
	r.declared[strings.ToLower(table)] = slices.Clone(columns)
	r.waiting = append(r.waiting, table)
	return nil
}

// Describe returns the columns of a SELECT over the declared tables.
func (r *Remembering) Describe(ctx context.Context, sql string) ([]pipeline.Column, error) {
	key, err := r.shapeKey(sql)
	if err != nil {
		return nil, err
	}
	if columns, ok := r.known.Described[key]; ok {
		return slices.Clone(columns), nil
	}
	for _, table := range r.waiting {
		r.asked = true
		if err := r.parser.Declare(ctx, table, r.declared[strings.ToLower(table)]); err != nil {
			return nil, err
		}
	}
	r.waiting = nil
	columns, err := r.parser.Describe(ctx, sql)
	if err == nil {
		r.New.Described[key] = slices.Clone(columns)
	}
	return columns, err
}

// Undeclare removes all declared tables.
func (r *Remembering) Undeclare(ctx context.Context) error {
	clear(r.declared)
	r.waiting = nil
	if !r.asked {
		return nil
	}
	r.asked = false
	return r.parser.Undeclare(ctx)
}

// shapeKey returns the key of a text over the declared tables.
func (r *Remembering) shapeKey(sql string) (string, error) {
	parts := []string{sql}
	for _, table := range slices.Sorted(maps.Keys(r.declared)) {
		columns, err := json.Marshal(r.declared[table])
		if err != nil {
			return "", fmt.Errorf("the columns of %s: %w", table, err)
		}
		parts = append(parts, table, string(columns))
	}
	return digest(parts...), nil
}

func digest(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		_, _ = fmt.Fprintf(h, "%d %s ", len(part), part) // a hash never fails
	}
	return hex.EncodeToString(h.Sum(nil))
}
