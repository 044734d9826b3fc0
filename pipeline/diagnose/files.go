package diagnose

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"stedi/pipeline"
)

// parents are candidates that read all tables below the parent folder of an
// input.
func (h *hunt) parents(ctx context.Context) ([]candidate, error) {
	var all []candidate
	for _, name := range h.l.table.Transform.Inputs {
		t := h.lake.Table(name)
		folder := path.Dir(t.Path)
		for i, set := range h.beside(t, folder) {
			if len(set) == 0 {
				continue
			}
			c, err := h.parent(ctx, t, folder, fmt.Sprintf("stedi_parent_%s_%d", t.Name, i), set)
			if err != nil {
				return nil, err
			}
			all = append(all, c)
		}
	}
	return all, nil
}

// beside lists sets of tables in the folder of an input that may have been read
// along with it: all that were there before the table was built, these and an
// earlier version of the table itself, and each alone.
func (h *hunt) beside(t *pipeline.Table, folder string) [][]*pipeline.Table {
	var others []*pipeline.Table
	itself := false
	for _, other := range h.lake.Tables {
		switch {
		case folder == "." || other == t || path.Dir(other.Path) != folder || reads(h.lake, other, h.l.table):
		case other == h.l.table:
			itself = true
		case h.tables[other.Name].present:
			others = append(others, other)
		}
	}
	sets := [][]*pipeline.Table{others}
	if itself {
		sets = append(sets, append(slices.Clone(others), h.l.table))
	}
	if len(others) > 1 {
		for i := range others {
			sets = append(sets, others[i:i+1])
		}
	}
	return sets
}

// parent reads other tables beside an input as if they were part of it.
func (h *hunt) parent(ctx context.Context, t *pipeline.Table, folder, view string, others []*pipeline.Table) (candidate, error) {
	parts := []string{h.all(t.Name)}
	var names []string
	for _, other := range others {
		typed := typedColumns(t)
		for i, c := range typed {
			typed[i].Absent = (&loaded{table: other}).column(c.Name) == nil
		}
		from := other.Name
		if other == h.l.table {
			from = rightName + other.Name
		}
		parts = append(parts, statement("as_if.sql", fill{Table: from, Typed: typed}))
		names = append(names, other.Name)
	}
	query := strings.Join(parts, "\nUNION ALL\n")
	if err := h.bench.Exec(ctx, statement("view.sql", fill{Table: view, SQL: query})); err != nil {
		return candidate{}, err
	}
	if h.views != nil {
		h.views[view] = query
	}
	tree := object(clone(h.base))
	retarget(tree, map[string]string{t.Name: view})
	return h.candidate(mutant{parentPrefix, tree, fmt.Sprintf("the folder %s/ was read, so the rows of %s were read as rows of %s", folder, joined(names), t.Name)}, ""), nil
}
