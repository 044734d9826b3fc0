package diagnose

import (
	"context"
	"fmt"
	"slices"

	"stedi/pipeline"
)

// tryEnd tries the table without the rows of a span from one on.
func (p *parts) tryEnd(ctx context.Context, whole span, end int64) error {
	if end >= whole.To {
		return nil
	}
	start, err := p.withoutEffect(ctx, whole, end)
	if err != nil {
		return err
	}
	if start == whole.From && whole.size() < p.l.rows {
		end = start // the simpler explanation: nothing of it was read
	}
	rest := []span{{0, end}, {whole.To, p.l.rows}}
	if err := p.tryOnly(ctx, p.says(whole, start, end), rest...); err != nil || len(p.matches) == 0 || end == whole.From {
		return err
	}
	if whole.size() == p.l.rows {
		return nil
	}
	// The rows that other files have as well do not tell that it was read.
	before := p.matches
	p.matches = nil
	if err := p.tryOnly(ctx, p.says(whole, whole.From, whole.From), span{0, whole.From}, span{whole.To, p.l.rows}); err != nil || len(p.matches) > 0 {
		return err
	}
	p.matches = before
	return nil
}

// withoutEffect is the first of the rows before another of which the transform
// returns none: nothing tells whether they were read.
func (p *parts) withoutEffect(ctx context.Context, whole span, end int64) (int64, error) {
	low, high := whole.From, end
	for low < high {
		middle := (low + high) / 2
		rows, err := p.countOn(ctx, p.counting(), span{middle, end})
		switch {
		case err != nil:
			return 0, err
		case rows == 0:
			high = middle
		default:
			low = middle + 1
		}
	}
	return high, nil
}

// tryOnly tries the reading on some rows of the input.
func (p *parts) tryOnly(ctx context.Context, what string, rows ...span) error {
	p.n++
	return p.tryPart(ctx, p.l, p.reading, fmt.Sprintf("stedi_part_%s_%d_%d", p.l.table.Name, len(p.besides), p.n), what, rows...)
}

// tryPart tries a form of the transform on some rows of an input.
func (h *hunt) tryPart(ctx context.Context, l *loaded, r reading, view, what string, rows ...span) error {
	if err := h.bench.Exec(ctx, l.slice(view, rows...)); err != nil {
		return err
	}
	tree := object(clone(r.tree))
	retarget(tree, map[string]string{l.table.Name: view})
	c := h.candidate(mutant{partialInput, tree, what}, "")
	c.cause += r.besides
	c.shown = r.text
	return h.try(ctx, c)
}

// says puts into words which rows were not read: those of a file or of all files
// from one on. Of some before it nothing tells whether they were read.
func (p *parts) says(whole span, start, end int64) string {
	i, _ := slices.BinarySearch(p.l.ends, end+1)
	file := p.l.file(i)
	name := p.l.input.Files[i].Name
	read, of := end-file.From, file.size()
	rows := pipeline.Counted(of, "row")
	first := fmt.Sprint(read)
	if from := max(start, file.From) - file.From; from < read {
		first = fmt.Sprintf("%d to %d", from, read)
	}
	last := whole.To == file.To
	switch {
	case (start <= file.From || read == 0) && last:
		return "the file " + name + " was not read"
	case start <= file.From || read == 0:
		return "the file " + name + " and those after it were not read"
	case last:
		return fmt.Sprintf("only the first %s of %s of the file %s were read", first, rows, name)
	}
	return fmt.Sprintf("only the first %s of %s of the file %s were read, and no file after it", first, rows, name)
}
