package replay

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/review/script"
)

// Replay computes what the scripts of one submission give.
func (r *Replayer) Replay(ctx context.Context, scripts []*script.Script) (*Outcome, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p := r.start(scripts)
	if err := p.agree(ctx); err != nil {
		return nil, err
	}
	outcome := &Outcome{Roles: p.roles}
	for _, t := range r.lake.Tables {
		if !t.IsLanding() {
			outcome.Tables = append(outcome.Tables, p.judge(t))
		}
	}
	if err := p.counts(ctx, outcome); err != nil {
		return nil, err
	}
	if r.funnel {
		if err := p.funnels(ctx, outcome); err != nil {
			return nil, err
		}
	}
	return outcome, nil
}

// judge says what the submission gives for a table, except its counts.
func (p *replaying) judge(t *pipeline.Table) Table {
	out := Table{Name: t.Name, Writers: p.writers(t.Name)}
	if len(out.Writers) == 0 {
		out.WouldFail = "no script builds " + t.Name
		return out
	}
	out.Understood = true
	// A fault of the table's own scripts comes before one of earlier tables.
	_, err := p.own(&out)
	f, failed := errors.AsType[*failure](err)
	if failed && p.ownFault(f, &out) {
		p.explain(&out, err, true)
	}
	out.Agreed = p.agreed[t.Name]
	for _, w := range distinctScripts(out.Writers) {
		p.judgeWriter(&out, w, err == nil)
	}
	if failed && !p.ownFault(f, &out) {
		p.explain(&out, err, true)
	}
	return out
}

// own is the relation of a table, without the faults of earlier tables being
// put down to it.
func (p *replaying) own(t *Table) (*relation, error) {
	if len(distinctScripts(t.Writers)) == 1 {
		return p.write(t.Writers[0], true)
	}
	return p.output(t.Name, true)
}

func distinctScripts(writers []Writer) []Writer {
	var found []Writer
	for _, w := range writers {
		if !slices.ContainsFunc(found, func(o Writer) bool { return o.index == w.index }) {
			found = append(found, w)
		}
	}
	return found
}

// judgeWriter adds what one script does for the table. runs: it gives the table
// on what the submission itself builds, so that a failure on correct inputs is
// only a remark.
func (p *replaying) judgeWriter(out *Table, w Writer, runs bool) {
	s := p.scripts[w.index]
	for _, problem := range s.Problems {
		if problem.Node < 0 || p.dependsOn(s, s.Sinks[w.Sink].Input, problem.Node) {
			out.problem(problem)
		}
	}
	r, err := p.write(w, false)
	t := p.translator(w.index, false)
	if f, ok := errors.AsType[*failure](err); ok && f.fails && runs {
		if own, failed := p.write(w, true); failed == nil {
			out.OnCorrect = append(out.OnCorrect, script.Problem{File: f.file, Line: f.line, Text: "on correct inputs the job would fail: " + f.text, Node: -1})
			r, err, t = own, nil, p.translator(w.index, true)
		}
	}
	out.Reads = append(out.Reads, p.reads(w)...)
	out.Joins = append(out.Joins, t.joins...)
	out.Notes = append(out.Notes, p.notes(w)...)
	out.Distinct = out.Distinct || t.distinct
	if err != nil {
		p.explain(out, err, false)
		return
	}
	if out.Columns == nil {
		for _, c := range r.cols {
			out.Columns = append(out.Columns, Column{c.name, string(c.kind), c.from, c.field})
		}
		out.SQL = p.b.with(r.cte) + "\nSELECT " + list("", r.cols) + " FROM " + quote(r.cte)
	}
}

// notes are the remarks of a script on the tables that the submission builds, or
// on correct ones if it does not get that far.
func (p *replaying) notes(w Writer) []script.Problem {
	if _, err := p.write(w, true); err == nil {
		return p.translator(w.index, true).notes
	}
	return p.translator(w.index, false).notes
}

// reads are the tables on which a sink depends: those that the script reads, and
// those that it writes on the way.
func (p *replaying) reads(w Writer) (found []Access) {
	s, role := p.scripts[w.index], p.roles[w.index]
	from := s.Sinks[w.Sink].Input
	if from < 0 {
		return role.Reads
	}
	seen := map[int]bool{}
	var visit func(int)
	visit = func(n int) {
		if n < 0 || seen[n] {
			return
		}
		seen[n] = true
		for i, sink := range s.Sinks {
			if sink.Input == n && n != from && role.Writes[i].Table != "" && role.Writes[i].Table != role.Writes[w.Sink].Table {
				found = append(found, role.Writes[i])
				return
			}
		}
		for i, source := range s.Sources {
			if source.Node == n {
				found = append(found, role.Reads[i])
			}
		}
		for _, in := range s.Nodes[n].Inputs {
			visit(in)
		}
	}
	visit(from)
	slices.SortStableFunc(found, func(a, b Access) int { return a.Line - b.Line })
	return found
}

// problem records what is not understood, each place once.
func (t *Table) problem(problem script.Problem) {
	t.Understood = false
	if !slices.ContainsFunc(t.Problems, func(o script.Problem) bool { return o.File == problem.File && o.Line == problem.Line }) {
		t.Problems = append(t.Problems, problem)
	}
}

func (p *replaying) dependsOn(s *script.Script, from, on int) bool {
	if from < 0 {
		return false
	}
	if from == on {
		return true
	}
	return slices.ContainsFunc(s.Nodes[from].Inputs, func(in int) bool { return p.dependsOn(s, in, on) })
}

// explain records why a table has no count.
func (p *replaying) explain(out *Table, err error, own bool) {
	f, ok := errors.AsType[*failure](err)
	if !ok {
		return
	}
	switch {
	case f.fails && out.WouldFail == "":
		out.WouldFail, out.WouldFailAt, out.Inherited = f.text, Place{f.file, f.line}, !p.ownFault(f, out)
	case !f.fails && (!own || p.ownFault(f, out)):
		out.problem(script.Problem{File: f.file, Line: f.line, Text: f.text, Node: -1})
	case !f.fails:
		out.Notes = append(out.Notes, script.Problem{File: f.file, Line: f.line, Text: "an earlier table is not understood: " + f.text, Node: -1})
	}
}

// ownFault tells whether a failure lies in a script of the table itself.
func (p *replaying) ownFault(f *failure, out *Table) bool {
	return !f.inherited && f.file != "" && slices.ContainsFunc(out.Writers, func(w Writer) bool { return w.Script == f.file })
}

// agree finds the tables that several scripts write and that each of them
// builds with the same columns and as many rows, from correct tables or, if the
// scripts fail on those, from the submission's own. Such a table can be replayed
// with any of them.
func (p *replaying) agree(ctx context.Context) error {
	for _, t := range p.r.lake.Tables {
		scripts := distinctScripts(p.writers(t.Name))
		if len(scripts) < 2 {
			continue
		}
		same, err := p.same(ctx, scripts, false)
		if err == nil && !same && !p.readsItself(t.Name, scripts) {
			same, err = p.same(ctx, scripts, true)
		}
		if err != nil {
			return err
		}
		p.agreed[t.Name] = same
	}
	return nil
}

// readsItself tells whether a script reads the table that it writes.
func (p *replaying) readsItself(name string, writers []Writer) bool {
	return slices.ContainsFunc(writers, func(w Writer) bool {
		return slices.ContainsFunc(p.roles[w.index].Reads, func(a Access) bool { return a.Table == name })
	})
}

// same tells whether scripts build a table with the same columns and as many
// rows, or fail in the same way.
func (p *replaying) same(ctx context.Context, scripts []Writer, own bool) (bool, error) {
	counts := make([]*int64, len(scripts))
	var all []pending
	var first string
	for i, w := range scripts {
		if len(p.scripts[w.index].Problems) > 0 {
			return false, nil
		}
		r, err := p.write(w, own)
		what := ""
		switch f, ok := errors.AsType[*failure](err); {
		case err == nil:
			what = strings.Join(r.sortedNames(), "\n")
			all = append(all, p.pending(&counts[i], nil, r))
		case ok && own && f.fails && !f.inherited:
			what = "fails: " + f.text
		default:
			return false, nil
		}
		if i > 0 && what != first {
			return false, nil
		}
		first = what
	}
	if len(all) == 0 {
		return true, nil
	}
	if err := p.run(ctx, all); err != nil {
		return false, ctx.Err() // what cannot be counted is not the same
	}
	return !slices.ContainsFunc(counts, func(n *int64) bool { return *n != *counts[0] }), nil
}

// pending is a count that is still to be made.
type pending struct {
	into  **int64
	table *Table
	ctes  []string
	sql   string
}

// singleTime is how long the tables of a submission may take that are counted
// one by one.
const singleTime = 15 * time.Second

var errTooLong = errors.New("the tables before took too long")

// counts computes the counts of all tables with one query, or one by one if
// that fails.
func (p *replaying) counts(ctx context.Context, outcome *Outcome) error {
	var all []pending
	for i := range outcome.Tables {
		t := &outcome.Tables[i]
		if !t.Understood {
			continue
		}
		if r, err := p.own(t); err == nil && r != nil {
			all = append(all, p.pending(&t.Rows, t, r))
		}
		if len(distinctScripts(t.Writers)) == 1 || p.agreed[t.Name] {
			if r, err := p.write(t.Writers[0], false); err == nil {
				all = append(all, p.pending(&t.RowsOnRightInputs, t, r))
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	if err := p.run(ctx, all); err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	begun := time.Now()
	for i := range all {
		err := errTooLong
		if time.Since(begun) < singleTime {
			err = p.run(ctx, all[i:i+1])
		}
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			all[i].table.Uncounted, _, _ = strings.Cut(err.Error(), "\n")
		}
	}
	return nil
}

func (p *replaying) pending(into **int64, t *Table, r *relation) pending {
	if r.count != "" {
		return pending{into, t, r.reads, r.count}
	}
	return pending{into, t, []string{r.cte}, "SELECT count(*) FROM " + quote(r.cte)}
}

func (p *replaying) run(ctx context.Context, all []pending) error {
	var queries, roots []string
	for _, c := range all {
		queries, roots = append(queries, c.sql), append(roots, c.ctes...)
	}
	counts, err := p.r.count(ctx, queries, p.b.with(roots...))
	if err != nil {
		return err
	}
	for i := range all {
		*all[i].into = &counts[i]
	}
	return nil
}
