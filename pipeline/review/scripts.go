package review

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"stedi/pipeline/printable"
	"stedi/pipeline/review/replay"
	"stedi/pipeline/review/script"
	"stedi/pipeline/review/submission"
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
			return []finding{warned(names[0], "%d scripts write the table: %s", len(names), list(names))}
		}
		return []finding{passed(names[0], "%s writes the table", path.Base(o.Writers[0].Script))}
	}
	// A script that is not understood may be the one.
	for _, s := range j.in.Scripts {
		if r := j.rubric.named(stem(s.Name)); r != nil && r.Name == t.Name || len(s.Sinks) == 0 && len(s.Problems) > 0 && j.mayWrite(s, t) {
			if p, ok := problem(s); ok {
				return []finding{unclear(at(p.File, p.Line), "the script may write the table, and is not understood: %s", p.Text)}
			}
			if len(s.Sinks) == 0 {
				return []finding{missed(s.Name, "the script writes no table")}
			}
			return []finding{missed(at(s.Name, s.Sinks[0].Line), "no script writes the table; %s writes %s", path.Base(s.Name), j.written(s.Name))}
		}
	}
	for _, n := range j.in.Submission.Notes {
		if r := j.rubric.named(stem(n.Where)); r != nil && r.Name == t.Name {
			return []finding{unclear(n.Where, "the file was not read: %s", n.Message)}
		}
	}
	return []finding{missed("", "no script writes the table")}
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
	case o.WouldFail != "" && len(o.Writers) > 1:
		return []finding{unclear(where, "%s", o.WouldFail)}
	case o.WouldFail != "" && o.Inherited:
		if o.RowsOnRightInputs == nil {
			return []finding{unclear(where, "%s", o.WouldFail)}
		}
		f := j.count(t, *o.RowsOnRightInputs, where, "on the right upstream tables the code gives")
		if f.result == Pass {
			f.result, f.message = Warn, o.WouldFail+"; "+f.message
		}
		return []finding{f}
	case o.WouldFail != "":
		return []finding{missed(first(at(o.WouldFailAt.File, o.WouldFailAt.Line), where), "the job would fail: %s", o.WouldFail)}
	case o.Rows == nil:
		if len(o.Problems) > 0 {
			return []finding{unclear(at(o.Problems[0].File, o.Problems[0].Line), "not understood: %s", o.Problems[0].Text)}
		}
		return []finding{unclear(where, "how many rows the code gives is not known")}
	case !j.known():
		return []finding{unclear(where, "the code gives %s on landing data that the rubric has no counts for", counted(*o.Rows))}
	}
	f := j.count(t, *o.Rows, where, "the code gives")
	if f.result == Fail && o.RowsOnRightInputs != nil && *o.RowsOnRightInputs != *o.Rows {
		if right := j.count(t, *o.RowsOnRightInputs, where, ""); right.result != Fail {
			return []finding{warned(where, "%s, because of a mistake in an upstream table; on the right upstream tables it gives %s", f.message, printable.Thousands(*o.RowsOnRightInputs))}
		}
	}
	return []finding{f}
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
	where := writer(o)
	has := func(name string) bool {
		return slices.ContainsFunc(o.Columns, func(c replay.Column) bool { return strings.EqualFold(c.Name, name) })
	}
	var lost []string
	for _, name := range t.Needs {
		if !has(name) {
			lost = append(lost, name)
		}
	}
	if has("sensorReadingTime") || has("timestamp") { // the join makes them equal
		lost = slices.DeleteFunc(lost, func(name string) bool { return name == "sensorReadingTime" || name == "timestamp" })
	}
	only := j.rubric.table(t.Only)
	if only == nil {
		if len(lost) > 0 {
			return []finding{warned(where, "the columns %s are lost", list(lost))}
		}
		return []finding{passed(where, "all columns of the training set")}
	}
	var kept []string
	for _, c := range o.Columns {
		if j.foreign(only, c) {
			kept = append(kept, printable.Head(c.Name, 60))
		}
	}
	for _, c := range only.Columns {
		if !has(c.Name) && c.Optional == "" {
			lost = append(lost, c.Name)
		}
	}
	var found []finding
	if len(kept) > 0 {
		found = append(found, missed(where, "the columns %s of the other table are kept", list(kept)))
	}
	if len(lost) > 0 {
		found = append(found, warned(where, "the columns %s of %s are lost", list(lost), t.Only))
	}
	if found == nil {
		return []finding{passed(where, "the columns of %s only", t.Only)}
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
		return []finding{passed(writer(o), "the training set names nobody")}
	}
	return []finding{warned(writer(o), "the training set keeps %s", list(kept))}
}

func (j *judge) scriptUpstream(_ *RubricItem, t *RubricTable) []finding {
	o := j.outcome(t)
	if o == nil || len(o.Writers) == 0 || !o.Understood || len(o.Reads) == 0 {
		return nil
	}
	var missing, others []string
	for _, name := range t.Reads {
		if !slices.ContainsFunc(o.Reads, func(a replay.Access) bool { return a.Table == name }) {
			missing = append(missing, name)
		}
	}
	where := writer(o)
	for _, a := range o.Reads {
		if name := first(a.Table, printable.Head(a.Where, 80)); !slices.Contains(t.Reads, a.Table) && !slices.Contains(others, name) {
			others = append(others, name)
			where = at(o.Writers[0].Script, a.Line)
		}
	}
	if len(missing) == 0 && len(others) == 0 {
		return []finding{passed(where, "reads %s", list(t.Reads))}
	}
	same := ""
	if f := j.scriptRows(nil, t); len(f) > 0 && f[0].result == Pass {
		same = "; the rows are the same on this data"
	}
	switch {
	case len(missing) == 0:
		return []finding{warned(where, "also reads %s%s", list(others), same)}
	case len(others) == 0:
		return []finding{warned(where, "does not read %s%s", list(missing), same)}
	}
	return []finding{warned(where, "reads %s; the rubric has %s%s", list(others), list(missing), same)}
}

func (j *judge) scriptSource(_ *RubricItem, t *RubricTable) []finding {
	o := j.outcome(t)
	if o == nil {
		return nil
	}
	for _, a := range o.Reads {
		if r := j.rubric.table(a.Table); r != nil && r.Zone == "landing" {
			where := at(o.Writers[0].Script, a.Line)
			if a.Catalog {
				return []finding{missed(where, "%s is read through the catalog, not by an S3 node", a.Table)}
			}
			return []finding{passed(where, "%s is read from S3", a.Table)}
		}
	}
	return nil
}

func (j *judge) scriptSink(_ *RubricItem, t *RubricTable) []finding {
	o := j.outcome(t)
	if o == nil {
		return nil
	}
	var found []finding
	for _, w := range o.Writers {
		s := j.script(w.Script)
		if s == nil || w.Sink < 0 || w.Sink >= len(s.Sinks) {
			continue
		}
		f := sinkFinding(&s.Sinks[w.Sink], at(w.Script, w.Line))
		if f.result == Pass {
			return []finding{f}
		}
		found = append(found, f)
	}
	return found[:min(len(found), 1)]
}

// sinkFinding says whether a sink creates its table in the catalog and updates
// it.
func sinkFinding(sink *script.Sink, where string) finding {
	update, ok := sink.Option("enableUpdateCatalog")
	behaviour, _ := sink.Option("updateBehavior")
	on := ok && strings.EqualFold(strings.Trim(update.Value, `"'`), "true")
	switch {
	case !ok:
		return missed(where, "%s does not update the catalog", first(sink.API, "the sink"))
	case update.Argument == "connection_options":
		return missed(where, "enableUpdateCatalog has no effect in connection_options")
	case !on:
		return missed(where, "enableUpdateCatalog is %s", printable.Head(update.Value, 40))
	case strings.EqualFold(strings.Trim(behaviour.Value, `"'`), "LOG"):
		return missed(where, "updateBehavior is LOG, which does not update the schema")
	case sink.Table == "":
		return missed(where, "the sink names no table of the catalog")
	}
	return passed(where, "the sink creates %s in the catalog and updates its schema", printable.Head(sink.Table, 80))
}

// usual are the joins that the rubric asks for.
const usualJoin = "inner"

func (j *judge) scriptJoins(_ *RubricItem, t *RubricTable) []finding {
	o := j.outcome(t)
	if o == nil || len(o.Writers) == 0 || !o.Understood || o.WouldFail != "" && !o.Inherited {
		return nil
	}
	var found []finding
	keyed := false
	for _, join := range o.Joins {
		where := at(first(join.File, o.Writers[0].Script), join.Line)
		for _, pair := range join.On {
			keyed = keyed || isKey(t, pair[0]) && isKey(t, pair[1])
		}
		if join.Kind != usualJoin {
			found = append(found, warned(where, "a join of the kind %q; the rubric has an inner join%s", join.Kind, j.sameRows(t)))
		}
	}
	switch {
	case len(t.Reads) < 2:
	case len(o.Joins) == 0:
		found = append(found, missed(writer(o), "the job joins nothing; the rubric has an inner join of %s", strings.Join(t.Reads, " and ")))
	case !keyed:
		found = append(found, warned(at(first(o.Joins[0].File, o.Writers[0].Script), o.Joins[0].Line), "no join on %s was found", strings.Join(t.Keys, " = ")))
	}
	for _, n := range o.Notes {
		found = append(found, warned(at(first(n.File, o.Writers[0].Script), n.Line), "%s", n.Text))
	}
	if found == nil && len(t.Reads) > 1 {
		return []finding{passed(at(first(o.Joins[0].File, o.Writers[0].Script), o.Joins[0].Line), "an inner join on %s", strings.Join(t.Keys, " = "))}
	}
	return found
}

func (j *judge) sameRows(t *RubricTable) string {
	if f := j.scriptRows(nil, t); len(f) > 0 && f[0].result == Pass {
		return ", which gives the same rows on this data"
	}
	return ""
}

func isKey(t *RubricTable, column string) bool {
	name := normal(strings.TrimPrefix(strings.ToLower(column), "right_"))
	return slices.ContainsFunc(t.Keys, func(k string) bool { return strings.HasSuffix(name, normal(k)) })
}

// purges are calls and modes that remove the rows of an earlier run.
var purges = []string{"purge_s3_path", "purge_table", "delete_objects", "deleteobjects", "overwrite", "truncate"}

func (j *judge) scriptRerun(*RubricItem, *RubricTable) []finding {
	if j.in.Outcome == nil {
		return nil
	}
	var names []string
	where := ""
	for i := range j.in.Outcome.Tables {
		for _, w := range j.in.Outcome.Tables[i].Writers {
			s := j.script(w.Script)
			if s == nil || w.Sink < 0 || w.Sink >= len(s.Sinks) || s.Sinks[w.Sink].Mode == "overwrite" {
				continue
			}
			text := strings.ToLower(string(s.Source))
			if slices.ContainsFunc(purges, func(p string) bool { return strings.Contains(text, p) }) {
				continue
			}
			names = append(names, j.in.Outcome.Tables[i].Name)
			where = first(where, at(w.Script, w.Line))
		}
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) == 0 {
		return nil
	}
	return []finding{warned(where, "a second run of the job adds its rows to those of the first: %s", list(names))}
}

func (j *judge) scriptCopies(*RubricItem, *RubricTable) []finding {
	var found []finding
	seen := map[string]string{}
	for _, s := range j.in.Scripts {
		body := strings.Join(strings.Fields(string(s.Source)), " ")
		if len(body) < 200 {
			continue
		}
		if other, ok := seen[body]; ok {
			found = append(found, warned(s.Name, "the script is a copy of %s", other))
		} else {
			seen[body] = s.Name
		}
	}
	return found
}

func (j *judge) secrets(*RubricItem, *RubricTable) []finding {
	var found []finding
	look := func(name, text string) {
		for _, s := range secretSigns {
			if at := s.sign.FindStringIndex(text); at != nil && !strings.Contains(text[at[0]:at[1]], "EXAMPLE") {
				found = append(found, missed(fmt.Sprintf("%s:%d", name, 1+strings.Count(text[:at[0]], "\n")), "%s", s.says))
			}
		}
	}
	for i := range j.in.Submission.Files {
		if f := &j.in.Submission.Files[i]; f.Text != "" && f.Kind != submission.Script {
			look(f.Name, f.Text)
		}
	}
	for _, s := range j.in.Scripts {
		look(s.Name, string(s.Source))
	}
	if found == nil {
		return []finding{passed("", "no key of an account was found")}
	}
	return found
}
