package review

import (
	"fmt"
	"slices"
	"strings"

	"stedi/pipeline/printable"
	"stedi/pipeline/review/replay"
	"stedi/pipeline/review/script"
	"stedi/pipeline/review/submission"
)

func (j *judge) scriptUpstream(_ *RubricItem, t *RubricTable) []finding {
	o := j.outcome(t)
	if o == nil || len(o.Writers) == 0 || !o.Understood || len(o.Reads) == 0 {
		return nil
	}
	missing := slices.DeleteFunc(slices.Clone(t.Reads), func(name string) bool {
		return slices.ContainsFunc(o.Reads, func(a replay.Access) bool { return a.Table == name })
	})
	var others []string
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
	same := j.sameRows(t)
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
		if other := readThere(t, o, &s.Sinks[w.Sink]); other != "" {
			mixes := missed
			if r := j.rubric.table(other); r != nil && r.Zone == "landing" { // its rows were counted before a job ran
				mixes = warned
			}
			f = mixes(f.where, "the sink writes into the folder of %s, which the job reads, so %s has no files of its own", other, t.Name)
			f = f.advise("Let the target node write into a folder that only %s has.", t.Name)
		}
		if other := j.rubric.named(s.Sinks[w.Sink].Table); f.result == Pass && other != nil && other.Name != t.Name {
			f = warned(f.where, "the sink writes the files of %s and updates %s in the catalog, so Athena does not see the table", t.Name, printable.Head(s.Sinks[w.Sink].Table, 80))
		}
		if f.result == Pass {
			return []finding{f}
		}
		found = append(found, f)
	}
	return found[:min(len(found), 1)]
}

// readThere returns the other table that a job reads from the folder into which a
// sink writes, or "".
func readThere(t *RubricTable, o *replay.Table, sink *script.Sink) string {
	folder := folderOf(sink.Path)
	if folder == "" || strings.Contains(folder, "${") { // an argument of the job may have another value in each place
		return ""
	}
	for _, a := range o.Reads {
		if a.Table != "" && a.Table != t.Name && !a.Catalog && folderOf(a.Where) == folder {
			return a.Table
		}
	}
	return ""
}

// folderOf is a location in the form in which it is compared.
func folderOf(path string) string { return strings.TrimRight(strings.TrimSpace(path), "/") }

// sinkFinding says whether a sink creates its table in the catalog and updates
// it.
func sinkFinding(sink *script.Sink, where string) finding {
	update, ok := sink.Option("enableUpdateCatalog")
	behaviour, _ := sink.Option("updateBehavior")
	on := ok && strings.EqualFold(strings.Trim(update.Value, `"'`), "true")
	switch {
	case !ok && (strings.HasPrefix(sink.API, "df.write.") || strings.HasPrefix(sink.API, "spark.sql ")) && sink.Table != "":
		return unclear(where, "%s writes the table %s of the catalog that the job is configured with", sink.API, printable.Head(sink.Table, 80))
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

// usualJoin is the join that the rubric asks for.
const usualJoin = "inner"

func (j *judge) scriptJoins(_ *RubricItem, t *RubricTable) []finding {
	o := j.outcome(t)
	if o == nil || len(o.Writers) == 0 || !o.Understood || o.WouldFail != "" && !o.Inherited {
		return nil
	}
	var found []finding
	for _, join := range o.Joins {
		where := at(first(join.File, o.Writers[0].Script), join.Line)
		if join.Kind != usualJoin {
			found = append(found, warned(where, "a join of the kind %q; the rubric has an inner join%s", join.Kind, j.sameRows(t)))
		}
	}
	switch {
	case len(t.Reads) < 2:
	case len(o.Joins) == 0:
		found = append(found, missed(writer(o), "the job joins nothing; the rubric has an inner join of %s", strings.Join(t.Reads, " and ")))
	case !keyed(t, o):
		found = append(found, warned(at(first(o.Joins[0].File, o.Writers[0].Script), o.Joins[0].Line), "no join on %s was found", strings.Join(t.Keys, " = ")))
	}
	notes := o.Notes
	if j.sameRows(t) == "" { // right rows of columns with names of their own need no remark
		notes = slices.Concat(o.OnCorrect, notes)
	}
	for _, n := range notes {
		found = append(found, warned(at(first(n.File, o.Writers[0].Script), n.Line), "%s", n.Text))
	}
	if found == nil && len(t.Reads) > 1 {
		return []finding{passed(at(first(o.Joins[0].File, o.Writers[0].Script), o.Joins[0].Line), "an inner join on %s", strings.Join(t.Keys, " = "))}
	}
	return found
}

// keyed reports whether a table is joined on the keys of the rubric.
func keyed(t *RubricTable, o *replay.Table) bool {
	return slices.ContainsFunc(o.Joins, func(join replay.Join) bool {
		return slices.ContainsFunc(join.On, func(pair [2]string) bool { return isKey(t, pair[0]) && isKey(t, pair[1]) })
	})
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
	if j.in.Outcome == nil {
		return found
	}
	for _, r := range j.in.Outcome.Roles {
		switch {
		case r.Beside != "":
			found = append(found, passed(r.Script, "%s writes the same table and is judged; this script is left out: %s", r.InsteadOf, r.Beside))
		case r.InsteadOf != "":
			found = append(found, warned(r.Script, "%s writes the same table, and belongs to the other scripts of the project; this one is not part of the review", r.InsteadOf))
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
