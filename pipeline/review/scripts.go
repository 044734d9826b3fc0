package review

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"stedi/pipeline/printable"
	"stedi/pipeline/review/replay"
	"stedi/pipeline/review/script"
)

// outcome returns what the code gives for a table, or nil.
func (j *judge) outcome(t *RubricTable) *replay.Table {
	if j.in.Outcome == nil {
		return nil
	}
	return j.in.Outcome.Table(t.Name)
}

func (j *judge) script(name string) *script.Script {
	for _, s := range j.in.Scripts {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// writer returns the place where a table is written.
func writer(o *replay.Table) string {
	if len(o.Writers) == 0 {
		return ""
	}
	return at(o.Writers[0].Script, o.Writers[0].Line)
}

func (j *judge) scriptPresent(_ *RubricItem, t *RubricTable) []finding {
	o := j.outcome(t)
	if o == nil {
		if j.in.ReplayError != "" {
			return []finding{unclear("", "the scripts were not replayed: %s", j.in.ReplayError)}
		}
		return nil
	}
	if len(o.Writers) > 0 {
		names := []string{}
		for _, w := range o.Writers {
			names = append(names, at(w.Script, w.Line))
		}
		if len(names) > 1 {
			by := fmt.Sprintf("%d scripts write the table", len(names))
			if !slices.ContainsFunc(o.Writers, func(w replay.Writer) bool { return w.Script != o.Writers[0].Script }) {
				by = fmt.Sprintf("one script writes the table %d times", len(names))
			}
			return []finding{warned(names[0], "%s: %s", by, list(names)).advise("Let one sink of one script write the table.")}
		}
		if s := j.script(o.Writers[0].Script); s != nil && len(s.SyntaxErrors) > 0 {
			f := warned(at(s.Name, s.SyntaxErrors[0].Line), "%s writes the table, but this line is not Python: the job does not start", path.Base(s.Name))
			return []finding{f.advise("Correct the line, and hand in the script as it runs in Glue.")}
		}
		return []finding{passed(names[0], "%s writes the table", path.Base(o.Writers[0].Script))}
	}
	return []finding{j.absent(t)}
}

// absent says why no script writes a table.
func (j *judge) absent(t *RubricTable) finding {
	// A script that is not understood may be the one.
	for _, s := range j.in.Scripts {
		plain := len(s.Sinks) == 0 && plainFiles.Match(s.Source)
		if j.isNamed(s.Name, t) || len(s.Sinks) == 0 && (plain || len(s.Problems) > 0) && j.mayWrite(s, t) {
			if p, ok := problem(s); ok {
				return unclear(at(p.File, p.Line), "the script may write the table, and is not understood: %s", p.Text)
			}
			if plain {
				return unclear(s.Name, "the script may write the table: it writes files with plain Python, not with Glue or Spark, which is not followed")
			}
			if len(s.Sinks) == 0 {
				return missed(s.Name, "the script writes no table")
			}
			return missed(at(s.Name, s.Sinks[0].Line), "no script writes the table; %s writes %s", path.Base(s.Name), j.written(s.Name))
		}
	}
	for _, n := range j.in.Submission.Notes {
		if j.isNamed(n.Where, t) {
			return unclear(n.Where, "the file was not read: %s", n.Message)
		}
	}
	if where, place := j.elsewhere(t); where != "" {
		return unclear(where, "no script is known to write the table; one writes to %s, whose table is not known: name it with --map", printable.Head(place, 80))
	}
	return missed("", "no script writes the table")
}

// plainFiles matches Python that writes files without Spark.
var plainFiles = regexp.MustCompile(`\bopen\s*\(|\.to_(?:csv|json|parquet)\s*\(|\.(?:put_object|upload_file|upload_fileobj|put)\s*\(`)

// elsewhere finds a job that reads tables of the project and writes to a place
// whose name says whose rows they are, but not which table.
func (j *judge) elsewhere(t *RubricTable) (where, place string) {
	entity, _, _ := strings.Cut(t.Name, "_")
	for _, r := range j.in.Outcome.Roles {
		if r.Exercise {
			continue
		}
		for _, w := range r.Writes {
			if w.Table == "" && strings.Contains(strings.ToLower(w.Where), entity) {
				return at(r.Script, w.Line), w.Where
			}
		}
	}
	return "", ""
}

// isNamed reports whether a file is named after a table.
func (j *judge) isNamed(name string, t *RubricTable) bool {
	r := j.rubric.named(stem(name))
	return r != nil && r.Name == t.Name
}

// mayWrite reports whether the text of a script names a table.
func (j *judge) mayWrite(s *script.Script, t *RubricTable) bool {
	text := strings.ToLower(string(s.Source))
	return strings.Contains(text, t.Name) || slices.ContainsFunc(t.Aliases, func(a string) bool { return strings.Contains(text, a) })
}

// written names what a script writes.
func (j *judge) written(name string) string {
	var tables []string
	for _, r := range j.in.Outcome.Roles {
		if r.Script != name {
			continue
		}
		for _, w := range r.Writes {
			tables = append(tables, first(w.Table, printable.Head(w.Where, 80)))
		}
	}
	if tables == nil {
		return "no table of the project"
	}
	return list(tables)
}

// stem is the last part of a name without its extension and the endings that
// people add.
func stem(name string) string {
	base := path.Base(name)
	for ext := path.Ext(base); ext != "" && len(ext) <= 5; ext = path.Ext(base) {
		base = strings.TrimSuffix(base, ext)
	}
	return strings.TrimSpace(base)
}

func problem(s *script.Script) (script.Problem, bool) {
	for _, problems := range [][]script.Problem{s.Problems, s.SyntaxErrors} {
		if len(problems) > 0 {
			p := problems[0]
			p.File = first(p.File, s.Name)
			return p, true
		}
	}
	return script.Problem{}, false
}

// Known reports whether landing tables have the rows for which the rubric has
// counts.
func (r *Rubric) Known(landing map[string]int64) bool {
	for i := range r.Tables {
		t := &r.Tables[i]
		if rows, ok := landing[t.Name]; ok && t.Zone == "landing" && !slices.Contains(t.Rows, rows) {
			return false
		}
	}
	return true
}

func (j *judge) known() bool { return j.rubric.Known(j.in.Landing) }

func (j *judge) scriptRows(_ *RubricItem, t *RubricTable) []finding {
	o := j.outcome(t)
	if o == nil || len(o.Writers) == 0 || len(t.Rows) == 0 {
		return nil
	}
	where := writer(o)
	switch {
	case o.WouldFail != "":
		return []finding{j.wouldFail(t, o)}
	case o.Rows == nil:
		if len(o.Problems) > 0 {
			return []finding{unclear(at(o.Problems[0].File, o.Problems[0].Line), "not understood: %s", o.Problems[0].Text)}
		}
		if o.Uncounted != "" {
			return []finding{unclear(where, "the rows were not counted: %s", o.Uncounted)}
		}
		return []finding{unclear(where, "how many rows the code gives is not known")}
	case !j.known():
		return []finding{unclear(where, "the code gives %s on landing data that the rubric has no counts for", counted(*o.Rows))}
	}
	f := j.count(t, *o.Rows, where, "the code gives")
	if f.result == Fail && o.RowsOnRightInputs != nil && *o.RowsOnRightInputs != *o.Rows {
		if right := j.count(t, *o.RowsOnRightInputs, where, ""); right.result != Fail {
			wrong := j.mistaken(o)
			f = warned(where, "%s, because of a mistake in %s; on the right upstream tables it gives %s", f.message, wrong, printable.Thousands(*o.RowsOnRightInputs))
			return []finding{f.advise("Correct %s: this job gives the right number of rows on right upstream tables.", wrong)}
		}
	}
	return []finding{j.caused(t, o, f)}
}

// wouldFail reports a job that would fail.
func (j *judge) wouldFail(t *RubricTable, o *replay.Table) finding {
	where := writer(o)
	switch {
	case len(o.Writers) > 1 && !o.Agreed || o.Inherited && o.RowsOnRightInputs == nil:
		return unclear(where, "%s", o.WouldFail)
	case o.Inherited:
		f := j.count(t, *o.RowsOnRightInputs, where, "on the right upstream tables the code gives")
		if f.result == Pass {
			f.result, f.message = Warn, o.WouldFail+"; "+f.message
			f = f.advise("Correct %s: this job gives the right number of rows on right upstream tables.", j.mistaken(o))
		}
		return j.caused(t, o, f)
	}
	return missed(first(at(o.WouldFailAt.File, o.WouldFailAt.Line), where), "the job would fail: %s", o.WouldFail)
}

// count compares a number of rows with those of the rubric.
func (j *judge) count(t *RubricTable, rows int64, where, says string) finding {
	if slices.Contains(t.Rows, rows) {
		return passed(where, "%s %s, as the rubric has", says, counted(rows))
	}
	for _, a := range t.Accepted {
		if a.Rows == rows && a.Warn {
			return warned(where, "%s %s: %s", says, counted(rows), a.Why)
		}
		if a.Rows == rows {
			return passed(where, "%s %s, which is right, too: %s", says, counted(rows), a.Why)
		}
	}
	return missed(where, "%s %s; the rubric has %s", says, counted(rows), printable.Thousands(t.Rows[0]))
}

func counted(rows int64) string {
	if rows == 1 {
		return "1 row"
	}
	return printable.Thousands(rows) + " rows"
}

func (j *judge) scriptColumns(_ *RubricItem, t *RubricTable) []finding {
	o := j.outcome(t)
	if o == nil || !o.Understood || len(o.Columns) == 0 || o.WouldFail != "" && !o.Inherited {
		return nil
	}
	only := j.rubric.table(t.Only)
	if only != nil {
		return j.onlyColumns(o, only)
	}
	var lost []string
	for _, name := range t.Needs {
		if !keeps(o, name) {
			lost = append(lost, name)
		}
	}
	if keeps(o, "sensorReadingTime") || keeps(o, "timestamp") { // the join makes them equal
		lost = slices.DeleteFunc(lost, func(name string) bool { return name == "sensorReadingTime" || name == "timestamp" })
	}
	if len(lost) > 0 {
		f := warned(writer(o), "the columns %s are lost", list(lost))
		return []finding{f.advise("Keep these columns of %s.", strings.Join(t.Reads, " and "))}
	}
	return []finding{passed(writer(o), "all columns of the training set")}
}

func has(o *replay.Table, column string) bool {
	return slices.ContainsFunc(o.Columns, func(c replay.Column) bool { return strings.EqualFold(c.Name, column) })
}

// keeps reports whether a table has a column, perhaps under another name.
func keeps(o *replay.Table, column string) bool {
	return has(o, column) || slices.ContainsFunc(o.Columns, func(c replay.Column) bool { return strings.EqualFold(c.FromName, column) })
}

// onlyColumns compares the columns of a table with those of the landing table
// that it filters.
func (j *judge) onlyColumns(o *replay.Table, only *RubricTable) []finding {
	where := writer(o)
	var kept, lost []string
	for _, c := range o.Columns {
		if j.foreign(only, c) {
			kept = append(kept, printable.Head(c.Name, 60))
		}
	}
	for _, c := range only.Columns {
		if !has(o, c.Name) && c.Optional == "" {
			lost = append(lost, c.Name)
		}
	}
	var found []finding
	if len(kept) > 0 {
		found = append(found, missed(where, "the columns %s of the other table are kept", list(kept)))
	}
	if len(lost) > 0 {
		found = append(found, warned(where, "the columns %s of %s are lost", list(lost), only.Name))
	}
	if found == nil {
		return []finding{passed(where, "the columns of %s only", only.Name)}
	}
	return found
}

// foreign reports whether a column belongs to another landing table than the
// one whose columns a table has.
func (j *judge) foreign(only *RubricTable, c replay.Column) bool {
	holds := func(t *RubricTable, name string) bool {
		return slices.ContainsFunc(t.Columns, func(r RubricColumn) bool { return strings.EqualFold(r.Name, name) })
	}
	if holds(only, c.Name) {
		return false
	}
	name := strings.TrimPrefix(strings.TrimPrefix(c.Name, "."), "right_")
	for i := range j.rubric.Tables {
		t := &j.rubric.Tables[i]
		if t.Zone == "landing" && t.Name != only.Name && (holds(t, c.Name) || holds(t, c.FromName) && !holds(only, c.FromName)) {
			return true
		}
	}
	return name != c.Name && holds(only, name) // the other table's column of the same name
}

func (j *judge) scriptPersonal(_ *RubricItem, t *RubricTable) []finding {
	o := j.outcome(t)
	if o == nil || !o.Understood || len(o.Columns) == 0 {
		return nil
	}
	var kept []string
	for _, c := range o.Columns {
		if slices.ContainsFunc(t.Personal, func(p string) bool { return strings.EqualFold(p, c.Name) || strings.EqualFold(p, c.FromName) }) {
			kept = append(kept, printable.Head(c.Name, 60))
		}
	}
	if kept == nil {
		return []finding{passed(writer(o), "the training set has none of the personal columns")}
	}
	return []finding{warned(writer(o), "the training set keeps %s", list(kept))}
}
