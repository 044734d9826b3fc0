package diagnose

import (
	"context"
	"strings"
)

// mostReread bounds the rows that are read again and again while every part of a
// small input is tried.
const mostReread = 1_000_000

// reread is how many rows a transform reads.
func (h *hunt) reread() (rows int64) {
	for _, name := range h.l.table.Transform.Inputs {
		rows += h.tables[name].rows
	}
	return rows
}

// eachIsTried tells whether every part of an input is tried: it is small, and
// the transform may return other rows for fewer rows of it, not only fewer.
func (h *hunt) eachIsTried(l *loaded) bool {
	return !h.grows && l.rows <= mostReread/max(1, h.reread())
}

// tryEach tries every part of an input.
func (h *hunt) tryEach(ctx context.Context, l *loaded) error {
	if !h.eachIsTried(l) {
		return nil
	}
	p := &parts{hunt: h, l: l, reading: reading{tree: h.base, text: h.text}}
	for i := range l.ends {
		whole := l.file(i)
		for end := whole.From; end < whole.To; end++ {
			if err := p.tryOnly(ctx, p.says(whole, end, end), span{0, end}, span{whole.To, l.rows}); err != nil || len(h.matches) > 0 {
				return err
			}
		}
	}
	return nil
}

// grows tells whether a query returns more rows, and none of them changed, if
// its tables have more: it groups no rows, and asks of none that others are not
// there.
func grows(tree node, aggregates map[string]bool) bool {
	yes := true
	walk(tree, nil, func(n node, _ route) {
		switch {
		case len(list(n["group_expressions"])) > 0, n["class"] == "WINDOW",
			n["class"] == "FUNCTION" && aggregates[strings.ToLower(text(n["function_name"]))],
			n["type"] == "LIMIT_MODIFIER", n["type"] == "LIMIT_PERCENT_MODIFIER",
			n["type"] == "SET_OPERATION_NODE" && n["setop_type"] == "EXCEPT",
			n["type"] == "JOIN" && n["join_type"] != "INNER" && n["join_type"] != "SEMI",
			n["type"] == "OPERATOR_NOT" && holdsQuery(n), n["class"] == "COMPARISON" && holdsQuery(n):
			yes = false
		}
	})
	return yes
}

// holdsQuery tells whether a part of a tree has a query in it.
func holdsQuery(tree node) bool {
	found := false
	walk(tree, nil, func(n node, _ route) { found = found || n["class"] == "SUBQUERY" })
	return found
}

// hasDistinct tells whether a query makes equal rows one in any of its parts.
func hasDistinct(tree node) bool {
	found := false
	walk(tree, nil, func(n node, _ route) { found = found || n["type"] == "DISTINCT_MODIFIER" })
	return found
}

// knowGrowth learns whether the transform grows with its inputs.
func (h *hunt) knowGrowth(ctx context.Context) error {
	_, rows, err := h.bench.Rows(ctx, statement("aggregates.sql", fill{}))
	if err != nil {
		return err
	}
	aggregates := map[string]bool{}
	for _, row := range rows {
		aggregates[text(row[0])] = true
	}
	h.grows = grows(h.base, aggregates)
	return nil
}
