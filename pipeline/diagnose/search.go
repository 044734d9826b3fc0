package diagnose

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Ranks of candidates, simplest first.
const (
	rankOwn      = 0   // SQL that a definition gives
	rankNamed    = 20  // mutations that it names
	rankMutation = 40  // others
	rankPair     = 100 // two mutations
)

// hunt is the search for the causes of one table.
type hunt struct {
	*session

	l        *loaded
	found    *Table
	base     node   // the transform's tree
	text     string // the transform as the tree gives it
	frames   frames
	seen     map[string]bool
	grows    bool // more rows of the inputs never change or take away a row of the result
	matches  []candidate
	likely   []candidate
	deadline time.Time
	each     time.Duration // how long one candidate may take
	pairs    time.Duration // how long all pairs together may take
	slow     []candidate   // named ones that took longer than each
	wide     string        // the type in which rows of joins are counted; "": wideType
}

// search fills in the causes of a table.
func (s *session) search(ctx context.Context, l *loaded, found *Table) error {
	columns := s.columnCauses(l)
	if found.ExtraRows+found.MissingRows == 0 && l.rejected == 0 || len(l.common()) == 0 {
		found.Causes = append(found.Causes, columns...)
		return nil
	}
	h := &hunt{session: s, l: l, found: found, seen: map[string]bool{}, deadline: s.r.Now().Add(s.o.Budget)}
	if err := h.prepare(ctx); err != nil {
		return err
	}
	if err := h.run(ctx); err != nil {
		return err
	}
	causes, err := h.causes(ctx)
	if err != nil {
		return err
	}
	if len(h.matches) == 0 {
		causes, columns = append(columns, causes...), nil // what is sure first
	}
	found.Causes = append(found.Causes, causes...)
	if len(h.matches)+len(h.likely) == 0 {
		unknown, err := s.unknown(ctx, l, found)
		if err != nil {
			return err
		}
		columns = append(columns, unknown)
	}
	found.Causes = append(found.Causes, columns...)
	return nil
}

func (h *hunt) prepare(ctx context.Context) (err error) {
	if h.base, err = h.bench.Tree(ctx, h.l.table.Transform.SQL); err != nil {
		return err
	}
	if h.text, err = h.bench.Text(ctx, h.base); err != nil {
		return err
	}
	h.seen[h.text] = true
	began := time.Now()
	if _, err := h.number(ctx, statement("count.sql", fill{SQL: h.text})); err != nil {
		return err
	}
	base := time.Since(began)
	h.each, h.pairs = max(leastEach, mostTimes*base), max(leastPairs, pairTimes*base)
	for _, f := range []struct {
		file string
		into *node
	}{{"not_true.sql", &h.frames.notTrue}, {"seconds.sql", &h.frames.seconds}} {
		tree, err := h.bench.Tree(ctx, statement(f.file, fill{}))
		if err != nil {
			return err
		}
		*f.into = object(list(tree["select_list"])[0])
	}
	return nil
}

// The time that a candidate may take: a multiple of the transform's, and at
// least leastEach. One that takes longer makes many more rows than the table has.
const (
	mostTimes = 10
	leastEach = time.Second
	// All pairs together.
	pairTimes  = 50
	leastPairs = 800 * time.Millisecond
)

// run tries the candidates, those of the simplest kinds first. Others are
// tried only while none explains the table.
func (h *hunt) run(ctx context.Context) error {
	singles, err := h.singles(ctx)
	if err != nil {
		return err
	}
	for _, m := range habits(h.base) {
		singles = append(singles, h.candidate(m, ""))
	}
	for _, try := range []func(context.Context, []candidate) error{h.tryAll, h.tryParts, h.tryHabits, h.tryPairs, h.trySlow} {
		if err := try(ctx, singles); err != nil {
			return err
		}
		if len(h.matches)+len(h.likely) > 0 {
			return nil
		}
	}
	return nil
}

// tryAll tries candidates one after the other. A busy machine does not make a
// mistake unknown: on a table of few rows all are tried, however long it takes.
func (h *hunt) tryAll(ctx context.Context, all []candidate) error {
	for _, c := range all {
		if h.l.rows+h.l.rejected > h.o.Many && h.r.Now().After(h.deadline) {
			return nil
		}
		if !c.named && h.explained() {
			continue // a cause without a name would not be listed
		}
		if err := h.try(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// slowTimes is how much longer a candidate may take that has taken too long.
const slowTimes = 4

// trySlow tries those again that took too long, which may have been due to other
// work of the machine.
func (h *hunt) trySlow(ctx context.Context, _ []candidate) error {
	again := h.slow
	h.slow, h.each = nil, slowTimes*h.each
	for _, c := range again {
		delete(h.seen, c.query)
	}
	if h.l.rows+h.l.rejected > h.o.Many {
		return nil
	}
	return h.tryAll(ctx, again)
}

// explained tells whether a mistake that has a name explains the table.
func (h *hunt) explained() bool {
	return slices.ContainsFunc(h.matches, func(c candidate) bool { return c.named })
}

// try finds out whether a candidate explains the table: first by its count,
// then by its rows.
func (h *hunt) try(ctx context.Context, c candidate) (err error) {
	if c.query == "" {
		if c.query, err = h.bench.Text(ctx, c.tree); err != nil {
			return ctx.Err() // a tree that has no text is not a candidate
		}
	}
	if h.seen[c.query] {
		return nil
	}
	h.seen[c.query] = true
	rows, ok, err := h.count(ctx, c)
	if err != nil || !ok || rows != h.l.rows+h.l.rejected {
		return err
	}
	if h.l.rejected > 0 {
		h.likely = append(h.likely, c)
		return nil
	}
	same, err := h.same(ctx, c)
	switch {
	case err != nil:
		return quiet(ctx, err)
	case same:
		h.matches = append(h.matches, c)
	case len(h.l.mistyped) > 0:
		h.likely = append(h.likely, c)
	}
	return nil
}

// quiet drops the error of a query that does not fit the tables, and keeps
// that of the context.
func quiet(ctx context.Context, _ error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// same compares the rows of a candidate with those of the table.
func (h *hunt) same(ctx context.Context, c candidate) (bool, error) {
	columns := h.l.common()
	if len(columns) == 0 {
		return false, nil
	}
	if len(c.keys) > 0 {
		outside, err := h.number(ctx, statement("one_of_each.sql", fill{Table: h.l.table.Name, Columns: columns, Keys: c.keys, Other: c.of}))
		return outside == 0, err
	}
	if err := h.bench.Exec(ctx, statement("make.sql", fill{Table: comparedName, SQL: h.l.comparable(c.query)})); err != nil {
		return false, err
	}
	same, err := h.sameRows(ctx, columns)
	return same, errors.Join(err, h.bench.Exec(ctx, statement("drop.sql", fill{Table: comparedName})))
}

// sameRows compares the table with comparedName: first their fingerprints, then
// their rows.
func (h *hunt) sameRows(ctx context.Context, columns []string) (bool, error) {
	var prints []string
	for _, name := range []string{h.l.table.Name, comparedName} {
		_, rows, err := h.bench.Rows(ctx, statement("fingerprint.sql", fill{Columns: columns, SQL: h.all(name)}))
		if err != nil {
			return false, err
		}
		prints = append(prints, fmt.Sprint(rows))
	}
	if prints[0] != prints[1] {
		return false, nil
	}
	extra, missing, err := h.differTables(ctx, h.l, comparedName, "stedi_try")
	return extra+missing == 0, err
}

// count returns how many rows a candidate has; of one that has more than the
// table, that it has more is enough. It is not ok if the query does not fit the
// tables or takes too long.
func (h *hunt) count(ctx context.Context, c candidate) (rows int64, ok bool, err error) {
	limited, cancel := context.WithTimeout(ctx, h.each)
	defer cancel()
	if c.tree != nil && h.explodes(c.tree) {
		return 0, false, nil
	}
	query := statement("count_most.sql", fill{SQL: c.query, N: h.l.rows + h.l.rejected + 1})
	if c.tree != nil && h.l.rows > h.o.Many {
		if factored, err := h.factored(limited, c.tree); err == nil && factored != "" {
			query = factored
		}
	}
	rows, err = h.number(limited, query)
	if ctx.Err() != nil {
		return 0, false, context.Cause(ctx)
	}
	if limited.Err() != nil && c.named && c.also == nil {
		h.slow = append(h.slow, c)
	}
	return rows, err == nil, nil
}

// causes makes causes of what matched, best first.
func (h *hunt) causes(ctx context.Context) ([]Cause, error) {
	certainty, found := Certain, h.matches
	if len(found) == 0 {
		certainty, found = Likely, h.likely
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(a.rank, b.rank) })
	if slices.ContainsFunc(found, func(c candidate) bool { return c.named }) {
		found = slices.DeleteFunc(found, func(c candidate) bool { return !c.named })
	}
	if certainty == Certain && different(found) > 1 {
		certainty = Ambiguous
	}
	causes := []Cause{}
	for _, c := range found {
		for _, one := range []*candidate{&c, c.also} {
			if one == nil || one == c.also && !one.named || len(causes) == mostCauses || slices.ContainsFunc(causes, func(other Cause) bool { return other.ID == one.id }) {
				continue
			}
			cause := Cause{ID: one.id, Certainty: certainty, Title: one.title, Cause: one.cause, Fix: one.fix, Witness: []Witness{}}
			if one.also != nil {
				cause.Cause += " Besides: " + one.also.title + "."
			}
			if one == c.also {
				cause.Cause += " Besides: " + c.title + "."
			}
			cause.SQLDiff = sqlDiff(h.l.table.Name, h.text, cmp.Or(c.shown, c.query))
			if err := h.witness(ctx, c, &cause, len(causes) == 0); err != nil {
				return nil, err
			}
			causes = append(causes, cause)
		}
	}
	return causes, nil
}

// different counts the explanations that have different names.
func different(found []candidate) int {
	names := map[string]bool{}
	for _, c := range found {
		name := c.id
		if c.also != nil {
			name += " " + c.also.id
		}
		names[name] = true
	}
	return len(names)
}

// mostCauses is how many causes of a table are listed.
const mostCauses = 8
