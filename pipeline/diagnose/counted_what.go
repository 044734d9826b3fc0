package diagnose

import (
	"cmp"
	"context"
	"fmt"
	"maps"

	"stedi/pipeline"
)

// trial is a candidate that is tried by counting.
type trial struct {
	h     *hunt
	c     candidate
	count pipeline.CountQuestion
	// differs are the questions that tell whether the rows are those of the
	// table; all answers are compared with same.
	differs []pipeline.CountQuestion
	same    func(answers []pipeline.CountAnswer) bool
	rows    int64
	err     error
	answers []pipeline.CountAnswer
}

// mostCompared is how many candidates with the count of a table are compared
// with its rows, the simplest first.
const mostCompared = 8

// what searches the causes of all wrong tables: candidates of the simplest kinds
// first, of all tables together.
func (c *counting) what(ctx context.Context) error {
	var hunts []*hunt
	var rounds [2][]*trial
	for i := range c.report.Tables {
		found := &c.report.Tables[i]
		if found.State != Wrong {
			continue
		}
		l := c.tables[found.Table]
		if found.ExtraRows+found.MissingRows == 0 || len(l.common()) == 0 {
			found.Causes = append(found.Causes, c.columnCauses(l)...)
			continue
		}
		h := &hunt{session: c.session, l: l, found: found, seen: map[string]bool{}, wide: "DOUBLE"}
		tried, err := c.trials(ctx, h)
		if err != nil {
			return err
		}
		hunts = append(hunts, h)
		rounds[0], rounds[1] = append(rounds[0], tried[0]...), append(rounds[1], tried[1]...)
	}
	ok, err := c.mayAsk(ctx, "search the causes of "+wrongTables(len(hunts)), mostAsked(rounds)...)
	if err != nil {
		return err
	}
	for _, h := range hunts {
		if !ok {
			h.found.Causes = c.columnCauses(h.l)
			h.found.Message += ". Its cause was not searched"
		}
	}
	if !ok {
		return nil
	}
	for _, round := range rounds {
		if err := c.try(ctx, round); err != nil {
			return err
		}
	}
	for _, h := range hunts {
		if err := c.explain(ctx, h); err != nil {
			return err
		}
	}
	return nil
}

func wrongTables(n int) string {
	if n == 1 {
		return "the wrong table"
	}
	return fmt.Sprintf("the %d wrong tables", n)
}

// mostAsked are the questions that a search asks at most, in their batches.
func mostAsked(rounds [2][]*trial) (batches [][]pipeline.CountQuestion) {
	for _, round := range rounds {
		var counts, compared []pipeline.CountQuestion
		of := map[*hunt]int{}
		for _, t := range round {
			counts = append(counts, t.count)
			if of[t.h]++; of[t.h] <= mostCompared {
				compared = append(compared, t.differs...)
			}
		}
		batches = append(batches, counts, compared)
	}
	return batches
}

// trials are the candidates for a table: those with one change, and those in
// which something else is left out besides.
func (c *counting) trials(ctx context.Context, h *hunt) (rounds [2][]*trial, err error) {
	if err := h.prepare(ctx); err != nil {
		return rounds, err
	}
	if c.trees[h.l.table], err = c.portableOf(ctx, h.base); err != nil {
		return rounds, err
	}
	h.text = standardSQL(h.text)
	h.seen[h.text] = true
	singles, err := h.singles(ctx)
	if err != nil {
		return rounds, err
	}
	for _, m := range habits(h.base) {
		singles = append(singles, h.candidate(m, ""))
	}
	var pairs []candidate
	for _, first := range singles {
		pairs = append(pairs, h.withHabits(first)...)
	}
	for i, all := range [][]candidate{singles, pairs} {
		for _, one := range all {
			t, err := c.trial(ctx, h, one)
			if err != nil {
				return rounds, err
			}
			if t != nil {
				rounds[i] = append(rounds[i], t)
			}
		}
	}
	return rounds, nil
}

// trial is how a candidate is tried; nil if it cannot be, or was already.
func (c *counting) trial(ctx context.Context, h *hunt, one candidate) (t *trial, err error) {
	t = &trial{h: h, c: one}
	switch {
	case h.impossible(one):
		return nil, nil
	case one.tree != nil:
		if h.explodes(one.tree) {
			return nil, nil
		}
		if t.c.query, err = c.trees[h.l.table].sql(ctx, c.session, one.tree); err != nil || t.c.query == "" || !c.binds(ctx, t.c.query) {
			return nil, err
		}
	case len(one.keys) > 0:
		t.c.of = standardSQL(one.of)
	case one.operator == appendedTwice:
		t.c.query = statement("twice.sql", fill{SQL: h.text})
	default:
		return nil, nil
	}
	if h.seen[t.c.query] {
		return nil, nil
	}
	h.seen[t.c.query] = true
	if len(one.keys) > 0 {
		return t, c.onlyKeys(ctx, t)
	}
	return t, c.wholeRows(ctx, t)
}

// impossible tells whether a candidate cannot have the count of the table, as
// that of the transform shows.
func (h *hunt) impossible(c candidate) bool {
	rows, expected := h.l.rows, h.found.ExpectedRows
	switch {
	case c.also != nil:
		return false
	case len(c.keys) > 0, c.operator == addDistinct:
		return rows >= expected
	case c.operator == dropDistinct && c.tree != nil:
		return rows <= expected && h.found.ExtraRows == 0
	default:
		return c.operator == appendedTwice && rows != 2*expected
	}
}

// binds tells whether a query fits the tables of the lake.
func (c *counting) binds(ctx context.Context, query string) bool {
	_, err := c.number(ctx, statement("count.sql", fill{SQL: query}))
	return err == nil
}

// wholeRows compares all rows of a candidate with those of the table.
func (c *counting) wholeRows(ctx context.Context, t *trial) (err error) {
	given := maps.Clone(c.missing)
	maps.Copy(given, c.views)
	q, err := c.question(ctx, t.c.query, given)
	if err != nil {
		return err
	}
	t.differs = []pipeline.CountQuestion{c.against(q, t.h.l, t.h.l.common())}
	t.same = func(a []pipeline.CountAnswer) bool { return a[0].Extra+a[0].Missing == 0 }
	t.count = q
	if t.c.tree == nil {
		return nil
	}
	tree, ok := c.trees[t.h.l.table].tree(t.c.tree)
	if !ok {
		return nil
	}
	// A join is counted without making its rows.
	if factored, err := t.h.factored(ctx, tree); err == nil && factored != "" {
		t.count.SQL, t.count.Number = standardSQL(factored), true
	}
	return ctx.Err()
}

// onlyKeys finds out whether the table has one of the rows of a query for each
// value of some columns.
func (c *counting) onlyKeys(ctx context.Context, t *trial) error {
	count, err := c.question(ctx, statement("distinct.sql", fill{Columns: t.c.keys, SQL: t.c.of}), c.missing)
	if err != nil {
		return err
	}
	outside, err := c.question(ctx, statement("outside.sql", fill{Table: t.h.l.table.Name, Columns: t.h.l.common(), SQL: t.c.of}), c.missing)
	if err != nil {
		return err
	}
	kept, err := c.question(ctx, statement("distinct.sql", fill{Columns: t.c.keys, SQL: c.all(t.h.l.table.Name)}), nil)
	t.count, t.differs = count, []pipeline.CountQuestion{outside, kept}
	t.same = func(a []pipeline.CountAnswer) bool { return a[0].Rows == 0 && a[1].Rows == t.h.l.rows }
	return err
}

// try counts candidates of tables that no cause explains yet, and compares the
// rows of those with the count of their table.
func (c *counting) try(ctx context.Context, round []*trial) error {
	counts := &batch{}
	for _, t := range round {
		if len(t.h.matches) > 0 {
			continue
		}
		t.rows = -1
		counts.add(t.h.l, t.count, func(a pipeline.CountAnswer) error {
			if a.Err == nil {
				t.rows = a.Rows
			}
			return nil // a candidate that the service does not take explains nothing
		})
	}
	if err := c.ask(ctx, counts); err != nil {
		return err
	}
	compared, asked := map[*hunt]int{}, &batch{}
	var tried []*trial
	for _, t := range round {
		if len(t.h.matches) > 0 || t.rows != t.h.l.rows || compared[t.h] == mostCompared {
			continue
		}
		compared[t.h]++
		tried = append(tried, t)
		for _, q := range t.differs {
			asked.add(t.h.l, q, func(a pipeline.CountAnswer) error {
				t.err = cmp.Or(t.err, a.Err)
				t.answers = append(t.answers, a)
				return nil
			})
		}
	}
	if err := c.ask(ctx, asked); err != nil {
		return err
	}
	for _, t := range tried {
		t.decide()
	}
	return nil
}

// decide notes whether a candidate explains the table.
func (t *trial) decide() {
	switch {
	case t.err == nil && t.same(t.answers):
		t.h.matches = append(t.h.matches, t.c)
	case t.h.l.rows != t.h.found.ExpectedRows && t.closer():
		t.h.likely = append(t.h.likely, t.c)
	}
}

// closer tells whether a candidate with the count of the table has more of its
// rows than the transform has, as far as that is known.
func (t *trial) closer() bool {
	if t.err != nil {
		return true
	}
	return len(t.answers) == 1 && t.answers[0].Extra+t.answers[0].Missing < t.h.found.ExtraRows+t.h.found.MissingRows
}

// explain fills in the causes of a table.
func (c *counting) explain(ctx context.Context, h *hunt) error {
	causes, err := h.causes(ctx)
	if err != nil {
		return err
	}
	columns := c.columnCauses(h.l)
	if len(h.matches) == 0 {
		causes = append(columns, causes...) // what is sure first
		columns = nil
	}
	if len(h.matches)+len(h.likely) == 0 {
		causes = append(causes, Cause{
			ID: "unknown", Certainty: Unknown, Title: "No known mistake explains the difference", Witness: []Witness{},
			Cause: "No change of the transform that was counted returns the rows of the table.",
			Fix:   "Compare the SQL that built the table with its transform. If its files are JSON or Parquet, `stedi why` without --engine shows rows that differ.",
		})
	}
	h.found.Causes = append(h.found.Causes, append(causes, columns...)...)
	return nil
}
