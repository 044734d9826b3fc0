package pager

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"slices"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// rejects holds the number of rejects, and some of them.
type rejects struct {
	count int64
	kept  []rejected
}

type rejected struct {
	file int
	ndjson.Reject
}

const (
	keptRejects    = 1000
	keptRejectLine = 4 << 10
)

func (r *rejects) add(file int, one ndjson.Reject) {
	r.count++
	if len(r.kept) < keptRejects {
		one.Raw = one.Raw[:min(len(one.Raw), keptRejectLine)]
		r.kept = append(r.kept, rejected{file, one})
	}
}

// merge adds the rejects of another.
func (r *rejects) merge(other *rejects) {
	total := r.count + other.count
	for _, one := range other.kept {
		r.add(one.file, one.Reject)
	}
	*other, r.count = rejects{kept: other.kept[:0]}, total
}

// Rejects returns the number of rejected lines and files so far, and at most a
// thousand of them. It is complete after Index.
func (f *Files) Rejects() (count int64, some []ndjson.Reject) {
	f.mu.Lock()
	defer f.mu.Unlock()
	slices.SortStableFunc(f.rejects.kept, func(a, b rejected) int { return cmp.Compare(a.file, b.file) })
	for _, r := range f.rejects.kept {
		some = append(some, r.Reject)
	}
	return f.rejects.count, some
}

// Skip names files of the table that are not read, for LeftOut.
func (f *Files) Skip(files []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.skipped = files
}

// LeftOut returns the skipped files, and the rejects so far. It is complete
// after Index.
func (f *Files) LeftOut() []pipeline.LeftOut {
	count, some := f.Rejects()
	f.mu.Lock()
	defer f.mu.Unlock()
	if count == 0 && len(f.skipped) == 0 {
		return nil
	}
	left := pipeline.LeftOut{Table: f.table.Name, Lines: count, Files: slices.Clone(f.skipped)}
	if len(some) > 0 {
		left.First = some[0].String()
	}
	for i, s := range f.states {
		if s.rejected {
			left.Lines--
			left.Files = append(left.Files, f.files[i].Name)
		}
	}
	return []pipeline.LeftOut{left}
}

// Index reads all files once and remembers the places of at most 10,000 rows,
// so that every page is available quickly. Run it in the background. If ctx
// ends, the next call resumes.
func (f *Files) Index(ctx context.Context) error {
	select {
	case f.counts <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-f.counts }()
	f.mu.Lock()
	from := f.marks.last()
	f.mu.Unlock()
	var refused rejects // since the last mark
	var t *trip
	t, err := f.trip(ctx, ndjson.NewWalker(f.table.Columns, ndjson.Limits{}, func(r ndjson.Reject) { refused.add(t.file, r) }), from.place)
	if err != nil {
		return f.explain(err)
	}
	for {
		f.mu.Lock()
		want := f.marks.due() - f.marks.last().row
		f.mu.Unlock()
		n, err := t.skip(ctx, want)
		if err != nil {
			return f.explain(t.fail(err))
		}
		f.mu.Lock()
		f.rejects.merge(&refused)
		if n < want {
			f.settle(f.marks.last().row + n)
			f.mu.Unlock()
			return f.explain(t.end())
		}
		f.marks.add(t.place())
		f.mu.Unlock()
	}
}

// Line returns the stored bytes of a row, with its file and line number. Beyond
// the last row it returns io.EOF.
func (f *Files) Line(ctx context.Context, row int64) (raw []byte, file string, line int64, err error) {
	err = f.withTurn(ctx, func() error {
		t, err := f.tripTo(ctx, row)
		if err != nil {
			return err
		}
		var at ndjson.Place
		err = t.each(ctx, func() (enough bool, err error) {
			raw, at, err = t.walker.Line(ctx)
			return raw != nil, err
		})
		switch {
		case err != nil:
			return t.fail(err)
		case raw == nil:
			return errors.Join(io.EOF, t.end())
		}
		raw, file, line = bytes.Clone(raw), f.files[t.file].Name, at.Line
		if line == 0 {
			if line, err = f.lineNumber(ctx, t.open, place{t.file, at}); err != nil {
				return t.fail(err)
			}
		}
		return t.end()
	})
	if err != nil {
		return nil, "", 0, f.explain(err)
	}
	return raw, file, line, nil
}

// lineNumber counts the lines of a file up to a place, starting from the
// nearest earlier line with a known number.
func (f *Files) lineNumber(ctx context.Context, o *opened, at place) (int64, error) {
	from := ndjson.Place{Line: 1}
	f.mu.Lock()
	for _, m := range f.marks.list {
		if m.place.file == at.file && m.place.Line > 0 && m.place.Offset <= at.Offset {
			from = m.place.Place
		}
	}
	f.mu.Unlock()
	buffer := make([]byte, 256<<10)
	for from.Offset < at.Offset {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		b := buffer[:min(int64(len(buffer)), at.Offset-from.Offset)]
		if n, err := o.ReadAt(b, from.Offset); n < len(b) {
			return 0, o.short(err)
		}
		from.Line += int64(bytes.Count(b, []byte{'\n'}))
		from.Offset += int64(len(b))
	}
	return from.Line, nil
}
