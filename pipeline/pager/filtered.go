package pager

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"stedi/pipeline"
)

// Filtered holds the rows of a table's files that match conditions, in the
// order of the files. It stores only their positions, so it has no limit on the
// number of rows. The caller owns the files, and closes them after it.
type Filtered struct {
	files *Files
	rows  pipeline.Rows
	turn  chan struct{} // holds a value while a caller fills

	mu    sync.Mutex
	found positions
	left  []pipeline.LeftOut
	over  error // io.EOF after the last row, or the error that ended the rows
}

// OpenFiltered starts the query for the rows that match the conditions. Fill
// reads their positions. An error in a condition of the reader (Condition.SQL)
// is a *pipeline.Failure that wraps a *pipeline.SQLError, with a position in
// that condition.
func OpenFiltered(ctx context.Context, q pipeline.Querier, files *Files, where []Condition) (*Filtered, error) {
	text, err := View{Where: where}.text(files.table, slice{Position: positionName(files.table)})
	if err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, text)
	if err != nil {
		return nil, located(err, files.table, text, where)
	}
	return &Filtered{files: files, rows: rows, turn: make(chan struct{}, 1)}, nil
}

// positionName returns a column name that the table does not have.
func positionName(table *pipeline.Table) string {
	name := "stedi_row"
	for {
		if _, err := find(table, name); err != nil {
			return name
		}
		name += "_"
	}
}

// Columns returns the columns of every row.
func (f *Filtered) Columns() []pipeline.ResultColumn { return f.files.Columns() }

// Count returns the number of matching rows so far, and whether it is final.
func (f *Filtered) Count() (rows int64, all bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.found.count, errors.Is(f.over, io.EOF)
}

// LeftOut returns, after the last row, what is missing from the table.
func (f *Filtered) LeftOut() []pipeline.LeftOut {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.left
}

// Position returns the row of the files that a matching row is.
func (f *Filtered) Position(row int64) (position int64, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if row < 0 || row >= f.found.count {
		return 0, false
	}
	return f.found.from(row, 1)[0], true
}

// Fill reads the positions of all matching rows, then indexes the files. Run it
// in the background. If ctx ends, the next call resumes.
func (f *Filtered) Fill(ctx context.Context) error {
	if err := f.FillTo(ctx, math.MaxInt64); err != nil {
		return err
	}
	return f.files.Index(ctx)
}

// FillTo reads positions until at least that many are known.
func (f *Filtered) FillTo(ctx context.Context, rows int64) error {
	select {
	case f.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-f.turn }()
	for {
		f.mu.Lock()
		count, over := f.found.count, f.over
		f.mu.Unlock()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(over, io.EOF), over == nil && count >= rows:
			return nil
		case over != nil:
			return over
		}
		page, err := f.rows.Next(ctx)
		if err != nil && ctx.Err() != nil {
			return err // the next call may continue the query
		}
		f.mu.Lock()
		if err == nil {
			err = f.found.add(page)
		}
		if f.over = err; errors.Is(err, io.EOF) {
			f.left = pipeline.LeftOutBy(f.rows)
		}
		f.mu.Unlock()
	}
}

// Page returns at most n matching rows from row first. It returns fewer if they
// are long.
func (f *Filtered) Page(ctx context.Context, first int64, n int) ([][]any, error) {
	f.mu.Lock()
	at := f.found.from(first, n)
	f.mu.Unlock()
	var page [][]any
	for bytes := 0; len(at) > 0 && bytes < longRows; {
		adjacent := 1
		for adjacent < len(at) && at[adjacent] == at[0]+int64(adjacent) {
			adjacent++
		}
		rows, err := f.files.Page(ctx, at[0], adjacent)
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			return nil, pipeline.Fail(pipeline.Conflict, f.files.table.Name, "Open the table again to see its new rows.",
				"the rows have changed: %w", pipeline.ErrChanged)
		}
		page = append(page, rows...)
		bytes += size(rows)
		at = at[len(rows):]
	}
	return page, nil
}

// Close ends the query.
func (f *Filtered) Close() error { return f.rows.Close() }

// positions are ascending numbers, stored as differences.
type positions struct {
	count int64
	last  int64
	steps []byte
	marks []positionMark // one per positionStride numbers
}

type positionMark struct {
	before int64 // the number before the first one after the mark
	offset int   // in steps
}

const positionStride = 1024

// add appends the numbers of a page of rows with one column.
func (p *positions) add(page [][]any) error {
	for _, row := range page {
		n, ok := row[0].(int64)
		if !ok || n <= p.last && p.count > 0 {
			return fmt.Errorf("the positions of rows are not in order: %v after %d", row[0], p.last)
		}
		if p.count%positionStride == 0 {
			p.marks = append(p.marks, positionMark{p.last, len(p.steps)})
		}
		p.steps = binary.AppendUvarint(p.steps, uint64(n-p.last)) // they ascend
		p.last = n
		p.count++
	}
	return nil
}

// from returns at most n numbers from index first.
func (p *positions) from(first int64, n int) []int64 {
	if first < 0 || n <= 0 || first >= p.count {
		return nil
	}
	mark := p.marks[first/positionStride]
	steps, at := p.steps[mark.offset:], mark.before
	var list []int64
	for i := first / positionStride * positionStride; i < min(p.count, first+int64(n)); i++ {
		step, size := binary.Uvarint(steps)
		steps, at = steps[size:], at+int64(step) // the difference of two int64
		if i >= first {
			list = append(list, at)
		}
	}
	return list
}

// unknownColumn matches DuckDB's message about a column that the tables of the
// query do not have. The tables include the position, which is never suggested.
var unknownColumn = regexp.MustCompile(`^Referenced column "([^"]+)" not found`)

// located moves the position of an SQL error from the text of a query to the
// reader's condition that contains it.
func located(err error, table *pipeline.Table, text string, where []Condition) error {
	at, ok := errors.AsType[*pipeline.SQLError](err)
	if !ok {
		return err
	}
	failure := &pipeline.Failure{Kind: pipeline.BadUsage, Table: table.Name, Err: &pipeline.SQLError{Message: at.Message}}
	if f, ok := errors.AsType[*pipeline.Failure](err); ok {
		failure.Kind, failure.Fix = f.Kind, f.Fix
	}
	if m := unknownColumn.FindStringSubmatch(at.Message); m != nil {
		failure.Fix, at = columnsHint(table, m[1]), &pipeline.SQLError{Line: at.Line, Column: at.Column, Message: fmt.Sprintf("there is no column %q", m[1])}
		failure.Err = &pipeline.SQLError{Message: at.Message}
	}
	if at.Line == 0 {
		return failure
	}
	offset, from := offsetAt(text, at.Line, at.Column), 0
	for _, c := range where {
		start := strings.Index(text[from:], c.SQL)
		if c.SQL == "" || start < 0 {
			continue
		}
		start += from
		from = start + len(c.SQL)
		if offset < start || offset > from+1 { // the line break after it belongs to it
			continue
		}
		before, message := c.SQL[:min(offset-start, len(c.SQL))], at.Message
		if len(before) == len(c.SQL) { // the engine names what the query has after it
			message = "the condition is incomplete"
		}
		failure.Err = &pipeline.SQLError{
			Line:    1 + strings.Count(before, "\n"),
			Column:  1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]),
			Message: message,
		}
	}
	return failure
}

// offsetAt returns the byte offset of a line and a column in characters, both
// from 1.
func offsetAt(text string, line, column int) int {
	offset := 0
	for range line - 1 {
		end := strings.IndexByte(text[offset:], '\n')
		if end < 0 {
			return len(text)
		}
		offset += end + 1
	}
	for range column - 1 {
		_, size := utf8.DecodeRuneInString(text[offset:])
		offset += size
	}
	return offset
}
