package replay

import (
	"context"
	"slices"
)

// Mistake is a known mistake in the job of a table.
type Mistake struct {
	Table, Title, Fix string
	SQL               []string // SELECTs on correct tables, each of which shows the mistake
}

// Mistakes returns the known mistakes that read the same tables as the job of a
// table and give as many rows on correct upstream tables. None fits a job that
// gives no rows, which can have any cause.
func (r *Replayer) Mistakes(ctx context.Context, known []Mistake, t *Table) (fit []*Mistake, err error) {
	if t.RowsOnRightInputs == nil || *t.RowsOnRightInputs == 0 {
		return nil, nil
	}
	p := r.start(nil)
	p.provide()
	var all []pending
	var of []*Mistake
	for i := range known {
		if known[i].Table != t.Name {
			continue
		}
		for _, sql := range known[i].SQL {
			if tables := p.readBy(sql); sameTables(tables, t.Reads) {
				all = append(all, pending{into: new(*int64), ctes: tables, sql: "SELECT count(*) FROM (" + sql + ")"})
				of = append(of, &known[i])
			}
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	if err := p.run(ctx, all); err != nil {
		return nil, err
	}
	for i, one := range all {
		if **one.into == *t.RowsOnRightInputs && !slices.Contains(fit, of[i]) {
			fit = append(fit, of[i])
		}
	}
	return fit, nil
}

// readBy are the tables that a SELECT reads.
func (p *replaying) readBy(sql string) (names []string) {
	for _, t := range p.r.lake.Tables {
		if mentions(sql, t.Name) {
			names = append(names, t.Name)
		}
	}
	return names
}

// provide makes correct tables readable by their names. The files of a landing
// table are read once, however many SELECTs read it.
func (p *replaying) provide() {
	for _, t := range p.r.lake.Tables {
		if t.IsLanding() {
			p.b.ctes = append(p.b.ctes, cte{name: t.Name, sql: "SELECT * FROM " + quote(p.table(t.Name).cte)})
		}
	}
	for _, t := range p.r.lake.Tables {
		if !t.IsLanding() {
			p.table(t.Name)
		}
	}
}

// sameTables reports whether a job reads these tables, and no other.
func sameTables(names []string, reads []Access) bool {
	read := map[string]bool{}
	for _, a := range reads {
		read[a.Table] = true
	}
	return len(read) == len(names) && !slices.ContainsFunc(names, func(name string) bool { return !read[name] })
}
