package check

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// source is a landing column with personal data.
type source struct{ Table, Column string }

// sourcesOf are the landing columns with personal data of the tables that have
// files.
func sourcesOf(lake *pipeline.Lake, hasFiles func(*pipeline.Table) bool) (found []source) {
	for _, t := range lake.Tables {
		if hasFiles(t) {
			for _, column := range t.Personal {
				found = append(found, source{t.Name, column})
			}
		}
	}
	return found
}

func (i *Inspection) hasFiles(t *pipeline.Table) bool { return len(i.Files[t.Name]) > 0 }

// searchesOf returns the searches for personal data in the searchable columns of
// the definition, of the tables that have files.
func searchesOf(lake *pipeline.Lake, hasFiles func(*pipeline.Table) bool, searchable func(pipeline.Column) bool) (rules []*pipeline.Check) {
	sources := sourcesOf(lake, hasFiles)
	if len(sources) == 0 {
		return nil
	}
	for _, t := range lake.Tables {
		for _, c := range t.Columns {
			if t.Anonymous && searchable(c) && hasFiles(t) {
				if rule, err := searchRule(t, t.Name, c, sources); err == nil { // search returns the error
					rules = append(rules, rule)
				}
			}
		}
	}
	return rules
}

// personal is the check that no text of a table that must not hold personal
// data is a value of a landing column that does; ok is false if the table may,
// or if nothing is known to compare with.
func (i *Inspection) personal(ctx context.Context, t *pipeline.Table) (check pipeline.CheckRecord, ok bool, err error) {
	sources := sourcesOf(i.Lake, i.hasFiles)
	if !t.Anonymous || !i.hasFiles(t) || len(sources) == 0 {
		return check, false, nil
	}
	check = pipeline.CheckRecord{Check: personalCheck, Table: t.Name, Severity: "error", State: "pass", Diagnosis: []string{}}
	all := i.asFound(t)
	var says, drop []string
	for n, c := range all.Columns {
		if !i.searchable(c) {
			continue
		}
		found, err := i.search(ctx, t, all, c, sources, n >= len(t.Columns))
		if err != nil {
			return check, true, fmt.Errorf("check %s: %w", personalCheck, err)
		}
		if found.Failing > 0 {
			check.Failing = max(check.Failing, found.Failing)
			says = append(says, fmt.Sprintf("column %s has values of %s in %s", shown(c.Name), strings.TrimSpace(found.Message), pipeline.Counted(found.Failing, "row")))
			drop = append(drop, shown(c.Name))
		}
	}
	if len(says) > 0 {
		check.State = "fail"
		check.Message = "The table must not hold personal data: " + strings.Join(says, "; ") + ". " + dropping(drop...)
	}
	return check, true, nil
}

// searchable reports whether a column can hold personal data, and the engine
// can look for it there.
func (i *Inspection) searchable(c pipeline.Column) bool {
	shape := c.Type.Shape()
	return shape.IsText() || hasParts(&shape) && !i.Engine.Capabilities().ChecksInPlace
}

// hasParts reports whether each text inside of a value must be looked at.
func hasParts(s *ndjson.Shape) bool { return s.IsNested() || s.Kind == ndjson.KindAny }

// searchRule returns the search for personal data in a column as a check. Its
// SQL reads the table by the given name.
func searchRule(t *pipeline.Table, name string, c pipeline.Column, sources []source) (rule *pipeline.Check, err error) {
	rule = &pipeline.Check{Name: personalCheck + ":" + t.Name + ":" + c.Name, Table: t.Name, Inputs: []string{t.Name}, Messages: true, Reads: map[string][]string{}}
	rule.Reads[strings.ToLower(t.Name)] = []string{strings.ToLower(c.Name)}
	for _, s := range sources {
		if !slices.Contains(rule.Inputs, s.Table) {
			rule.Inputs = append(rule.Inputs, s.Table)
		}
		key := strings.ToLower(s.Table)
		if s.Table != t.Name && !slices.Contains(rule.Sets, key) {
			rule.Sets = append(rule.Sets, key)
		}
		rule.Reads[key] = append(rule.Reads[key], strings.ToLower(s.Column))
	}
	file := "personal_parts.sql"
	if shape := c.Type.Shape(); !hasParts(&shape) {
		rule.Watch = rule.Reads[strings.ToLower(t.Name)]
		file = "personal.sql"
	}
	rule.SQL, err = sqlFiles.Text(file, map[string]any{"Table": name, "Column": c.Name, "Sources": sources})
	return rule, err
}

// search looks for the personal data in one column. A column that is not in the
// definition is read from the files.
func (i *Inspection) search(ctx context.Context, t, all *pipeline.Table, c pipeline.Column, sources []source, extra bool) (pipeline.CheckRecord, error) {
	whole := *all
	if extra && !i.Engine.Capabilities().ChecksInPlace {
		whole.Name += "_as_found" // the table itself may be held with fewer columns
	}
	rule, err := searchRule(t, whole.Name, c, sources)
	if err != nil {
		return pipeline.CheckRecord{}, err
	}
	if !extra {
		return i.evaluate(ctx, rule)
	}
	input, err := i.files(ctx, t)
	if err != nil {
		return pipeline.CheckRecord{}, err
	}
	input.Table = &whole
	landing := *rule
	landing.Inputs = rule.Inputs[1:]
	inputs, err := i.inputs(ctx, &landing)
	if err != nil {
		return pipeline.CheckRecord{}, err
	}
	inputs = append([]pipeline.Input{input}, inputs...)
	found, err := i.Engine.Check(ctx, rule, inputs)
	return rule.Judge(t, found), err
}
