package diagnose

import (
	"context"
	"fmt"
	"strings"
)

const (
	someRows  = 64 // of the rows that differ, to find the file that they are from
	mostParts = 8  // files that are tried when the rows may be from several
)

// Names of tables of the search for the part of an input that was read.
const (
	sliceName   = "stedi_slice"
	someName    = "stedi_some"
	lackingName = "stedi_lacking"
)

// span is some rows of a table, from one to before another.
type span struct{ From, To int64 }

func (s span) size() int64 { return s.To - s.From }

// reading is a form of the transform of which a part of the input is missing.
type reading struct {
	tree    node
	text    string
	besides string
	lacking string // the table of the rows that it returns and the table lacks
	missing int64  // how many these are
}

// parts searches the part of one input that was not read, on the assumption
// that the transform returns fewer rows for fewer rows of it. A candidate that
// is found for another transform is compared like any other, and does not match.
type parts struct {
	*hunt
	reading

	l     *loaded
	query string // the reading on the rows of sliceName
	n     int    // parts that were tried
}

// tryParts tries each file of an input left out or read alone, and the end of
// an input or of a file left out.
func (h *hunt) tryParts(ctx context.Context, _ []candidate) error {
	if h.l.rows == 0 || h.l.rejected > 0 || len(h.l.common()) == 0 {
		return nil
	}
	if err := h.knowGrowth(ctx); err != nil {
		return quiet(ctx, err)
	}
	readings, err := h.readings(ctx)
	if err != nil {
		return quiet(ctx, err)
	}
	for _, name := range h.l.table.Transform.Inputs {
		l := h.tables[name]
		if len(readings) == 0 && !h.eachIsTried(l) {
			continue
		}
		if err := h.partsOf(ctx, l, readings); err != nil || len(h.matches) > 0 {
			return quiet(ctx, err)
		}
	}
	return nil
}

// partsOf tries parts of one input.
func (h *hunt) partsOf(ctx context.Context, l *loaded, readings []reading) error {
	if ok, err := h.order(ctx, l); err != nil || !ok {
		return err
	}
	for _, r := range readings {
		p := &parts{hunt: h, l: l, reading: r}
		if err := p.search(ctx); err != nil || len(h.matches) > 0 {
			return err
		}
	}
	return h.tryEach(ctx, l)
}

// readings are the transform, and the transform without its DISTINCT, if the
// table has no other rows than they return, and not all of these.
func (h *hunt) readings(ctx context.Context) ([]reading, error) {
	var all []reading
	if h.found.ExtraRows == 0 && h.found.MissingRows > 0 {
		all = append(all, reading{tree: h.base, text: h.text, lacking: diffName + h.l.table.Name, missing: h.found.MissingRows})
	}
	i, ok := isDistinct(h.base)
	if !ok {
		return all, nil
	}
	tree := object(clone(h.base))
	modifiers := list(tree["modifiers"])
	tree["modifiers"] = append(append([]any{}, modifiers[:i]...), modifiers[i+1:]...)
	query, err := h.bench.Text(ctx, tree)
	if err != nil {
		return nil, err
	}
	rows, err := h.number(ctx, statement("count.sql", fill{SQL: query}))
	if err != nil || rows <= h.l.rows || rows == h.found.ExpectedRows {
		return all, err
	}
	extra, missing, err := h.differ(ctx, h.l, query, lackingName)
	if err == nil && extra == 0 && missing > 0 {
		all = append(all, reading{tree, query, " Besides, DISTINCT is missing.", lackingName, missing})
	}
	return all, err
}

// search looks for the file that the lacking rows are from, then for the end of
// the input.
func (p *parts) search(ctx context.Context) error {
	tree := object(clone(p.tree))
	retarget(tree, map[string]string{p.l.table.Name: sliceName})
	query, err := p.bench.Text(ctx, tree)
	if err != nil {
		return err
	}
	p.query = p.hunt.l.comparable(query)
	if err := p.pick(ctx, fill{Of: p.lacking, Other: ">"}); err != nil {
		return err
	}
	found, err := p.sources(ctx, 0, len(p.l.ends), true)
	if err != nil {
		return err
	}
	for _, file := range found {
		if err := p.endOf(ctx, p.l.file(file)); err != nil || len(p.matches) > 0 {
			return err
		}
	}
	if len(p.l.ends) < 2 {
		return nil
	}
	if err := p.endOf(ctx, span{0, p.l.rows}); err != nil || len(p.matches) > 0 {
		return err
	}
	if err := p.pick(ctx, fill{Of: p.hunt.l.table.Name}); err != nil {
		return err
	}
	if found, err = p.sources(ctx, 0, len(p.l.ends), false); err != nil {
		return err
	}
	for _, file := range found {
		if err := p.tryOnly(ctx, fmt.Sprintf("only the file %s was read", p.l.input.Files[file].Name), p.l.file(file)); err != nil || len(p.matches) > 0 {
			return err
		}
	}
	return nil
}

// pick takes some rows of a table, by which the files of others are found.
func (p *parts) pick(ctx context.Context, f fill) error {
	f.Table, f.Columns, f.N = someName, p.hunt.l.common(), someRows
	return p.bench.Exec(ctx, statement("some.sql", f))
}

// slice lets sliceName have some rows of the input.
func (p *parts) slice(ctx context.Context, rows ...span) error {
	return p.bench.Exec(ctx, p.l.slice(sliceName, rows...))
}

// sources are the files of which each alone gives the rows that were picked. They
// are searched by bisection. Of all files together it may be known.
func (p *parts) sources(ctx context.Context, from, to int, known bool) ([]int, error) {
	if from == to {
		return nil, nil
	}
	if !known {
		if err := p.slice(ctx, span{p.l.file(from).From, p.l.file(to - 1).To}); err != nil {
			return nil, err
		}
		absent, err := p.number(ctx, statement("absent.sql", fill{Table: someName, Columns: p.hunt.l.common(), SQL: p.query}))
		if err != nil || absent > 0 {
			return nil, err
		}
	}
	if to-from == 1 {
		return []int{from}, nil
	}
	middle := (from + to) / 2
	var all []int
	for _, half := range [][2]int{{from, middle}, {middle, to}} {
		found, err := p.sources(ctx, half[0], half[1], false)
		if err != nil {
			return nil, err
		}
		if all = append(all, found...); len(all) >= mostParts {
			return all[:mostParts], nil
		}
	}
	return all, nil
}

// endOf tries whether the end of a file, or of all files, was not read: once by
// the first row of which the result is lacking, and once by the number of rows,
// if no DISTINCT makes rows of several parts one.
func (p *parts) endOf(ctx context.Context, whole span) error {
	ways := []func(context.Context, span) (int64, error){p.firstLacking, p.byCount}
	switch {
	case p.uses() > 1:
		ways = []func(context.Context, span) (int64, error){p.byWholeCount}
	case hasDistinct(p.tree):
		ways = ways[:1]
	}
	for _, way := range ways {
		end, err := way(ctx, whole)
		if err != nil {
			return err
		}
		if err := p.tryEnd(ctx, whole, end); err != nil || len(p.matches) > 0 {
			return err
		}
	}
	return nil
}

// uses is how often the transform reads the input. If only once, then its rows
// are those of the parts of the input together.
func (p *parts) uses() (n int) {
	walk(p.tree, nil, func(part node, _ route) {
		if part["type"] == "BASE_TABLE" && strings.EqualFold(text(part["table_name"]), p.l.table.Name) {
			n++
		}
	})
	return n
}

// firstLacking is the number of the first row of which, together with those
// before it, the transform returns a row that the table lacks. It is the end if
// the part before it is too small to explain the table.
func (p *parts) firstLacking(ctx context.Context, whole span) (int64, error) {
	common := p.hunt.l.common()
	meets := func(of string) func(span) (bool, error) {
		return func(part span) (bool, error) {
			n, err := p.countOn(ctx, statement("meets.sql", fill{Table: of, Columns: common, SQL: p.query}), part)
			return n > 0, err
		}
	}
	// A row that was picked is found in less time, and is often enough.
	last, err := bisect(whole, meets(someName))
	if err != nil {
		return 0, err
	}
	last++
	rows, err := p.countOn(ctx, p.counting(), span{0, whole.From}, span{whole.From, last}, span{whole.To, p.l.rows})
	if err != nil || rows < p.hunt.l.rows {
		return whole.To, err
	}
	return bisect(span{whole.From, min(last, whole.To)}, meets(p.lacking))
}

// byCount is the number of rows of which the transform returns as many as the
// table has of them.
func (p *parts) byCount(ctx context.Context, whole span) (int64, error) {
	all, err := p.countOn(ctx, p.counting(), whole)
	if err != nil {
		return 0, err
	}
	left := all - p.missing
	return bisect(whole, func(part span) (bool, error) {
		rows, err := p.countOn(ctx, p.counting(), part)
		if err != nil || rows > left {
			return true, err
		}
		left -= rows
		return false, nil
	})
}

// byWholeCount is byCount for a transform of which the rows of two parts of the
// input meet.
func (p *parts) byWholeCount(ctx context.Context, whole span) (int64, error) {
	return bisect(whole, func(part span) (bool, error) {
		rows, err := p.countOn(ctx, p.counting(), span{0, part.To}, span{whole.To, p.l.rows})
		return rows > p.hunt.l.rows, err
	})
}

func (p *parts) counting() string { return statement("count.sql", fill{SQL: p.query}) }

// countOn returns the number that a query gives when only some rows of the input
// are there.
func (p *parts) countOn(ctx context.Context, query string, rows ...span) (int64, error) {
	if err := p.slice(ctx, rows...); err != nil {
		return 0, err
	}
	return p.number(ctx, query)
}

// bisect returns the first row of a span without which a condition is not true.
// It asks of each part once: after a part for which it is not true it asks of
// the rows behind. If it is true of none, the result is the end.
func bisect(whole span, is func(span) (bool, error)) (int64, error) {
	low, high := whole.From, whole.To
	for low < high {
		middle := low + (high-low+1)/2
		yes, err := is(span{low, middle})
		switch {
		case err != nil:
			return 0, err
		case !yes:
			low = middle
		case middle-low == 1:
			return low, nil
		default:
			high = middle
		}
	}
	return low, nil
}
