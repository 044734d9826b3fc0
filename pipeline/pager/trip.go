package pager

import (
	"context"
	"errors"

	"stedi/pipeline/ndjson"
)

// trip reads forward through the rows of several files.
type trip struct {
	files   *Files
	walker  *ndjson.Walker
	file    int
	last    int // the last file of the trip
	open    *opened
	forward bool // rows were counted from the first one
}

// trip starts at a place. The caller ends it with end or fail.
func (f *Files) trip(ctx context.Context, walker *ndjson.Walker, from place) (*trip, error) {
	t := &trip{files: f, walker: walker, file: from.file, last: len(f.files) - 1}
	return t, t.enter(ctx, from.Place)
}

// enter opens the current file of the trip. A file that is rejected as a whole
// has no rows.
func (t *trip) enter(ctx context.Context, at ndjson.Place) (err error) {
	if t.file > t.last {
		return nil
	}
	if t.open, err = t.files.open(ctx, t.file); err != nil || t.open == nil {
		return err
	}
	t.walker.Start(t.open.File, t.open.name, t.open.size, at)
	return nil
}

func (t *trip) done() bool { return t.file > t.last }

// each calls step for file after file until it returns enough.
func (t *trip) each(ctx context.Context, step func() (enough bool, err error)) error {
	for !t.done() {
		if t.open != nil {
			if enough, err := step(); enough || err != nil {
				return err
			}
		}
		if err := t.end(); err != nil {
			return err
		}
		t.file++
		if err := t.enter(ctx, ndjson.Place{Line: 1}); err != nil {
			return err
		}
	}
	return nil
}

// skip skips at most limit rows and returns the number of skipped rows.
func (t *trip) skip(ctx context.Context, limit int64) (rows int64, err error) {
	if limit == 0 {
		return 0, nil
	}
	err = t.each(ctx, func() (bool, error) {
		n, err := t.walker.Skip(ctx, limit-rows)
		rows += n
		return rows == limit, err
	})
	return rows, err
}

// longRows is the size of values in bytes that ends a page early.
const longRows = 4 << 20

func (t *trip) rows(ctx context.Context, limit int) (rows [][]any, err error) {
	bytes := 0
	err = t.each(ctx, func() (bool, error) {
		for {
			page, err := t.walker.Rows(ctx, min(limit-len(rows), 64))
			rows = append(rows, page...)
			bytes += size(page)
			if err != nil || len(rows) == limit || bytes > longRows {
				return true, err
			}
			if len(page) == 0 {
				return false, nil
			}
		}
	})
	return rows, err
}

// size returns the approximate size of the texts of rows in bytes.
func size(rows [][]any) (bytes int) {
	for _, row := range rows {
		for _, v := range row {
			if s, ok := v.(string); ok {
				bytes += len(s)
			}
		}
	}
	return bytes
}

// place returns the start of the next line.
func (t *trip) place() place {
	if t.done() || t.open == nil {
		return place{t.file, ndjson.Place{Line: 1}}
	}
	return place{t.file, t.walker.Place()}
}

// end closes the file. It returns an error if the file has changed meanwhile.
func (t *trip) end() error {
	if t.open == nil {
		return nil
	}
	err := errors.Join(t.files.unchanged(t.file, t.open), t.open.Close())
	t.open = nil
	return err
}

// fail ends a trip after an error. If the file has changed, it returns that as
// the reason.
func (t *trip) fail(err error) error {
	if t.open == nil {
		return err
	}
	return errors.Join(err, t.end())
}
