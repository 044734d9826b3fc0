package diagnose

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// candidate is a query that a wrong table may be the result of.
type candidate struct {
	id       string
	operator string
	title    string
	cause    string
	fix      string
	rank     int
	query    string
	tree     node     // nil: it is made of texts
	keys     []string // any one row for each value of these columns is kept
	of       string   // of the rows of this query
	named    bool
	also     *candidate // the second of two mistakes
}

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
	matches  []candidate
	likely   []candidate
	deadline time.Time
	each     time.Duration // how long one candidate may take
	pairs    time.Duration // how long all pairs together may take
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

// A candidate may take so many times as long as the transform, and at least
// some time. One that takes longer makes many more rows than the table has.
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
	for _, try := range []func(context.Context, []candidate) error{h.tryAll, h.tryHabits, h.tryFiles, h.tryPairs} {
		if err := try(ctx, singles); err != nil {
			return err
		}
		if len(h.matches)+len(h.likely) > 0 {
			return nil
		}
	}
	return nil
}

// singles lists the candidates that differ from the transform in one point.
func (h *hunt) singles(ctx context.Context) ([]candidate, error) {
	t := h.l.table
	var all []candidate
	for i := range h.known.all {
		m := &h.known.all[i]
		if m.Table != t.Name {
			continue
		}
		for n, query := range m.SQL {
			tree, err := h.bench.Tree(ctx, query)
			if err != nil {
				return nil, err
			}
			all = append(all, candidate{id: m.ID, operator: m.ID, title: m.Title, cause: m.Cause, fix: m.Fix, rank: rankOwn + m.Rank + n, tree: tree, named: true})
		}
	}
	for _, v := range h.known.variants {
		if v.table != t.Name {
			continue
		}
		tree, err := h.bench.Tree(ctx, v.sql)
		if err != nil {
			return nil, err
		}
		all = append(all, h.candidate(mutant{otherVariant, tree, "the variant " + v.profile + " is another transform"}, v.profile))
	}
	for _, m := range mutants(h.lake, t, h.base, h.frames) {
		all = append(all, h.candidate(m, ""))
	}
	parents, err := h.parents(ctx)
	if err != nil {
		return nil, err
	}
	all = append(all, parents...)
	twice := h.candidate(mutant{appendedTwice, nil, "the rows were appended to a table that had them already"}, "")
	twice.query = statement("twice.sql", fill{SQL: h.text})
	all = append(all, twice)
	dedupe, err := h.deduplicated(ctx)
	if err != nil {
		return nil, err
	}
	all = append(all, dedupe...)
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(a.rank, b.rank) })
	return all, nil
}

// candidate makes one of a mutant.
func (h *hunt) candidate(m mutant, profile string) candidate {
	c := candidate{operator: m.operator, tree: m.tree, id: "mutation:" + m.operator, rank: rankMutation}
	c.title, c.cause = sentence(m.what), sentence(m.what)+"."
	c.fix = "Compare the SQL that built the table with the difference below."
	if known := h.known.named(m.operator, h.l.table.Name, profile); known != nil {
		c.id, c.title, c.cause, c.fix = known.ID, known.Title, known.Cause, known.Fix
		c.rank, c.named = rankNamed+known.Rank, true
		if m.what != "" {
			c.cause += " Here: " + m.what + "."
		}
	}
	return c
}

func sentence(what string) string {
	if what == "" {
		return ""
	}
	return strings.ToUpper(what[:1]) + what[1:]
}

// deduplicated keeps one row for each value of fewer columns.
func (h *hunt) deduplicated(ctx context.Context) ([]candidate, error) {
	tree := object(clone(h.base))
	if i, ok := isDistinct(tree); ok {
		tree["modifiers"] = slices.Delete(list(tree["modifiers"]), i, i+1)
	}
	all, err := h.bench.Text(ctx, tree)
	if err != nil {
		return nil, err
	}
	columns := h.l.common()
	var keys [][]string
	for i, c := range columns {
		keys = append(keys, []string{c})
		for _, d := range columns[:i] {
			keys = append(keys, []string{d, c})
		}
	}
	if len(columns) > 3 {
		for i := range columns {
			keys = append(keys, slices.Delete(slices.Clone(columns), i, i+1))
		}
	}
	var found []candidate
	for _, k := range keys {
		what := "one row for each " + joined(k)
		if len(k) > 2 {
			for _, c := range columns {
				if !slices.Contains(k, c) {
					what = "one row for all values of " + c
				}
			}
		}
		c := h.candidate(mutant{distinctOn, nil, what}, "")
		c.query, c.keys, c.rank = statement("distinct_on.sql", fill{Columns: k, SQL: all}), k, c.rank+len(k)
		c.of = all
		found = append(found, c)
	}
	return found, nil
}

// tryAll tries candidates one after the other.
func (h *hunt) tryAll(ctx context.Context, all []candidate) error {
	for _, c := range all {
		if h.r.Now().After(h.deadline) {
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
	_, mine, err := h.bench.Rows(ctx, statement("fingerprint.sql", fill{Columns: columns, SQL: h.all(h.l.table.Name)}))
	if err != nil {
		return false, err
	}
	_, other, err := h.bench.Rows(ctx, statement("fingerprint.sql", fill{Columns: columns, SQL: c.query}))
	if err != nil || fmt.Sprint(mine) != fmt.Sprint(other) {
		return false, err
	}
	extra, missing, err := h.differ(ctx, h.l, c.query, "stedi_try")
	return extra+missing == 0, err
}

// tryHabits combines each candidate with what is left out along with other
// mistakes: the conditions for complete rows, and the DISTINCT.
func (h *hunt) tryHabits(ctx context.Context, singles []candidate) error {
	for _, first := range singles {
		if first.tree == nil || !first.named && h.explained() {
			continue
		}
		for _, m := range habits(first.tree) {
			second := h.candidate(m, "")
			c := first
			c.query, c.tree, c.rank, c.also = "", m.tree, rankPair+first.rank, &second
			if !first.named && second.named {
				other := first
				c = second
				c.query, c.tree, c.rank, c.also = "", m.tree, rankPair+first.rank, &other
			}
			if err := h.tryAll(ctx, []candidate{c}); err != nil {
				return err
			}
		}
	}
	return nil
}

// secondary are the operators that a second mistake is made of.
var secondary = []string{skipStage, dropDistinct, addDistinct, dropPredicate, outerJoin}

// tryPairs tries two changes at a time.
func (h *hunt) tryPairs(ctx context.Context, singles []candidate) error {
	if end := h.r.Now().Add(h.pairs); end.Before(h.deadline) {
		h.deadline = end
	}
	for _, first := range singles {
		if first.tree == nil {
			continue
		}
		for _, m := range mutants(h.lake, h.l.table, first.tree, h.frames, secondary...) {
			second := h.candidate(m, "")
			c := first
			c.query, c.tree, c.rank, c.named, c.also = "", m.tree, rankPair+first.rank, first.named || second.named, &second
			if err := h.tryAll(ctx, []candidate{c}); err != nil {
				return err
			}
			if len(h.matches) > 0 && c.named {
				return nil // the pairs that follow are no simpler
			}
		}
		if h.r.Now().After(h.deadline) {
			return nil
		}
	}
	return nil
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
	if c.tree != nil && h.l.rows > manyRows {
		if factored, err := h.factored(limited, c.tree); err == nil && factored != "" {
			query = factored
		}
	}
	rows, err = h.number(limited, query)
	if ctx.Err() != nil {
		return 0, false, context.Cause(ctx)
	}
	return rows, err == nil, nil
}

// manyRows is from how many rows of a table on the rows of a candidate are
// counted without making them.
const manyRows = 500_000

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
			cause.SQLDiff = sqlDiff(h.l.table.Name, h.text, c.query)
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
