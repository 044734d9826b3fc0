package diagnose

import (
	"cmp"
	"context"
	"slices"
	"strings"
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
	shown    string     // instead of the query, where the difference of the SQL is shown
	also     *candidate // the second of two mistakes
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
