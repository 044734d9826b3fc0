package check

import (
	"context"
	"maps"
	"slices"
	"strings"

	"stedi/pipeline"
)

// reading is what the engine keeps of a table that was read for the checks.
type reading struct {
	partial  bool            // it keeps only some columns
	columns  map[string]bool // these, in lower case
	distinct bool            // it keeps equal rows once
}

// plan decides how a table is read: which checks are counted as its rows pass,
// and which columns the engine keeps for the others. Without keep, the engine
// need not read the table: each check reads its files.
func (i *Inspection) plan(t *pipeline.Table, input *pipeline.Input, all bool) (keep bool) {
	large := pipeline.Size(i.Files[t.Name]) > i.limit
	if i.Engine.Capabilities().ChecksInPlace {
		return !large
	}
	w := i.wants(t, input)
	switch {
	case w.isOneSet():
	case !large:
		return true
	case !all && w.others+len(input.Count) <= 1:
		return false
	case !w.known:
		w.columns = nil
	}
	input.Columns = []pipeline.Column{}
	for _, c := range t.Columns {
		if w.columns[strings.ToLower(c.Name)] {
			input.Columns = append(input.Columns, c)
		}
	}
	if w.known && w.others > 0 {
		input.Distinct = w.sets == w.others && len(input.Columns) > 0
		if len(input.Columns) == 0 {
			input.Columns = t.Columns[:1] // which keeps the number of rows
		}
	}
	return true
}

// wants is what the checks need of a table that are not counted as its rows
// pass.
type wants struct {
	others  int             // the number of these checks
	sets    int             // those that read the table only for distinct values
	columns map[string]bool // what they read, in lower case
	known   bool            // columns has all that they read
}

// isOneSet reports whether the checks need only the distinct values of one column.
func (w wants) isOneSet() bool {
	return w.known && w.others > 0 && w.sets == w.others && len(w.columns) == 1
}

// wants finds out what the checks need of a table, and adds those to the input
// that are counted as its rows pass.
func (i *Inspection) wants(t *pipeline.Table, input *pipeline.Input) wants {
	w := wants{columns: map[string]bool{}, known: true}
	for _, c := range i.pending(t) {
		if Counts(c, t) {
			input.Count = append(input.Count, c)
			continue
		}
		w.add(c, t)
	}
	return w
}

func (w *wants) add(c *pipeline.Check, t *pipeline.Table) {
	w.others++
	if isSet(c, t.Name) {
		w.sets++
	}
	read, ok := c.Reads[strings.ToLower(t.Name)]
	w.known = w.known && ok
	for _, name := range read {
		w.columns[name] = true
	}
}

// OneSet returns the column whose distinct values are all that checks read of a
// table, except for those that an engine counts as the rows pass; "" if they read
// more, or nothing.
func OneSet(checks []*pipeline.Check, t *pipeline.Table) string {
	w := wants{columns: map[string]bool{}, known: true}
	for _, c := range checks {
		if slices.Contains(c.Inputs, t.Name) && !Counts(c, t) {
			w.add(c, t)
		}
	}
	if !w.isOneSet() {
		return ""
	}
	return slices.Collect(maps.Keys(w.columns))[0]
}

// isSet reports whether a check reads a table only for distinct values.
func isSet(c *pipeline.Check, table string) bool {
	return slices.Contains(c.Sets, strings.ToLower(table))
}

// Counts reports whether an engine may count a check while it reads the table.
func Counts(c *pipeline.Check, t *pipeline.Table) bool {
	return c.Passing != nil && len(c.Inputs) == 1 && c.Inputs[0] == t.Name
}

// pending returns the checks that read a table and whose result is not known
// yet.
func (i *Inspection) pending(t *pipeline.Table) (checks []*pipeline.Check) {
	for _, c := range slices.Concat(i.Lake.Checks, searchesOf(i.Lake, i.hasFiles, i.searchable)) {
		_, found := i.finding(c)
		if !found && slices.Contains(c.Inputs, t.Name) && i.concerns(c.Table) && !i.isCached(c) {
			checks = append(checks, c)
		}
	}
	return checks
}

// finding returns the findings of a check that an engine has counted.
func (i *Inspection) finding(c *pipeline.Check) (pipeline.Findings, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	found, ok := i.Found[c.Name]
	return found, ok
}

// covers reports whether the engine keeps all that a check reads, or does not
// keep these tables.
func (i *Inspection) covers(c *pipeline.Check) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, name := range c.Inputs {
		kept := i.kept[name]
		if !slices.Contains(i.Held, name) || !kept.partial {
			continue
		}
		if kept.distinct && !isSet(c, name) {
			return false
		}
		read, known := c.Reads[strings.ToLower(name)]
		if !known || slices.ContainsFunc(read, func(column string) bool { return !kept.columns[column] }) {
			return false
		}
	}
	return true
}

// whole makes sure that a table is read with all its columns from now on.
func (i *Inspection) whole(ctx context.Context, name string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.kept[name].partial || !slices.Contains(i.Held, name) {
		return nil
	}
	i.Held = slices.DeleteFunc(i.Held, func(held string) bool { return held == name })
	return i.Engine.Forget(ctx, name)
}

// learn stores the report on a table, what was found as its rows passed, and
// what the engine keeps of it.
func (i *Inspection) learn(input pipeline.Input, held pipeline.Held) {
	i.mu.Lock()
	defer i.mu.Unlock()
	t := input.Table
	i.Reports[t.Name] = held.Report
	maps.Copy(i.Found, held.Found)
	kept := reading{partial: input.Columns != nil, columns: map[string]bool{}, distinct: input.Distinct}
	for _, c := range input.Columns {
		kept.columns[strings.ToLower(c.Name)] = true
	}
	i.kept[t.Name] = kept
	if input.Columns == nil || len(input.Columns) > 0 {
		i.Held = append(i.Held, t.Name)
	}
}
