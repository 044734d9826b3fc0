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

// mostFiles is how many files of an input are left out in turn.
const mostFiles = 64

// tryFiles leaves out each file of a landing table that the transform reads,
// and all others.
func (h *hunt) tryFiles(ctx context.Context, _ []candidate) error {
	if h.found.MissingRows == 0 {
		return nil // with fewer rows a transform does not return more
	}
	for _, name := range h.l.table.Transform.Inputs {
		l := h.tables[name]
		if files := len(l.input.Files); !l.table.IsLanding() || files < 2 || files > mostFiles {
			continue
		}
		if err := h.withoutFiles(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

func (h *hunt) withoutFiles(ctx context.Context, l *loaded) error {
	var parts []string
	for i, f := range l.input.Files {
		part := partName(l, i)
		input := l.input
		input.Files = input.Files[i : i+1]
		if _, err := h.bench.Load(ctx, part, input); err != nil {
			return pipeline.Named(l.table.Name, fmt.Errorf("%s: %w", f.Name, err))
		}
		parts = append(parts, h.all(part))
	}
	suspects, err := h.suspects(ctx, l)
	if err != nil {
		return err
	}
	for i, f := range l.input.Files {
		var others []string
		for j, p := range parts {
			if j != i {
				others = append(others, p)
			}
		}
		for n, set := range [][]string{others, parts[i : i+1]} {
			if suspects[n] >= 0 && suspects[n] != i {
				continue
			}
			what := "the file " + f.Name + " was not read"
			if n == 1 {
				what = "only the file " + f.Name + " was read"
			}
			view := fmt.Sprintf("stedi_part_%s_%d_%d", l.table.Name, i, n)
			if err := h.bench.Exec(ctx, statement("view.sql", fill{Table: view, SQL: strings.Join(set, "\nUNION ALL\n")})); err != nil {
				return err
			}
			for _, tree := range h.readings() {
				retarget(tree.tree, map[string]string{l.table.Name: view})
				c := h.candidate(mutant{partialInput, tree.tree, what}, "")
				c.cause += tree.besides
				if err := h.try(ctx, c); err != nil {
					return err
				}
			}
			if len(h.matches) > 0 {
				return nil
			}
		}
	}
	return nil
}

// suspects are the file whose rows the table may lack, and the file that alone
// may have been read; -1: any. In a large table they are searched by bisection:
// a row of the result comes from the rows of some file.
func (h *hunt) suspects(ctx context.Context, l *loaded) (files [2]int, err error) {
	files = [2]int{-1, -1}
	if l.rows <= h.o.Many || h.collects() {
		return files, nil
	}
	for i, row := range []fill{{Table: diffName + h.l.table.Name, Other: ">"}, {Table: h.l.table.Name}} {
		low, high := 0, len(l.input.Files)
		for high-low > 1 {
			middle := (low + high) / 2
			found, err := h.makes(ctx, l, row, low, middle)
			if err != nil {
				return files, err
			}
			if found {
				high = middle
			} else {
				low = middle
			}
		}
		files[i] = low
	}
	return files, nil
}

// makes tells whether the transform makes a row of some files of a table.
func (h *hunt) makes(ctx context.Context, l *loaded, row fill, from, to int) (bool, error) {
	const view = "stedi_part"
	var parts []string
	for i := from; i < to; i++ {
		parts = append(parts, h.all(partName(l, i)))
	}
	if err := h.bench.Exec(ctx, statement("view.sql", fill{Table: view, SQL: strings.Join(parts, "\nUNION ALL\n")})); err != nil {
		return false, err
	}
	tree := object(clone(h.base))
	retarget(tree, map[string]string{l.table.Name: view})
	query, err := h.bench.Text(ctx, tree)
	if err != nil {
		return false, err
	}
	row.SQL, row.Columns = h.l.comparable(query), h.l.common()
	n, err := h.number(ctx, statement("among.sql", row))
	return n > 0, err
}

// partName names the table of one file.
func partName(l *loaded, file int) string { return fmt.Sprintf("stedi_file_%s_%d", l.table.Name, file) }

// collects tells whether the transform groups rows, so that its result on a
// file is not part of its result.
func (h *hunt) collects() bool {
	grouped := false
	walk(h.base, nil, func(n node, _ route) { grouped = grouped || len(list(n["group_expressions"])) > 0 })
	return grouped
}

// reading is a form of the transform in which input is missing.
type reading struct {
	tree    node
	besides string
}

// readings are the transform as it is, and without its DISTINCT.
func (h *hunt) readings() []reading {
	all := []reading{{tree: object(clone(h.base))}}
	tree := object(clone(h.base))
	if i, ok := isDistinct(tree); ok {
		modifiers := list(tree["modifiers"])
		tree["modifiers"] = append(append([]any{}, modifiers[:i]...), modifiers[i+1:]...)
		all = append(all, reading{tree, " Besides, DISTINCT is missing."})
	}
	return all
}
