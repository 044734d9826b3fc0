package duckdb

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// noted are the distinct values of a text column of some files. They were noted
// as the rows passed, so that a check that reads only them need not read the
// files again.
type noted struct {
	column string
	files  []ndjson.File
	report ndjson.Report
	values []string
	null   bool // some rows have no value
}

// valuePart is what one thread has noted of a reading.
type valuePart struct {
	rows  int64
	seen  map[string]struct{}
	null  bool
	bytes int
}

// mostNoted is the size in bytes of the values that a thread notes at most. More
// are not worth the memory: reading the files again costs less.
const mostNoted = 32 << 20

// add notes the values of a batch, before its strings are relocated.
func (p *valuePart) add(v *ndjson.Vector, rows int) {
	p.rows += int64(rows)
	if p.bytes > mostNoted {
		return
	}
	if p.seen == nil {
		p.seen = map[string]struct{}{}
	}
	null := v.EachText(rows, func(text []byte) {
		if _, known := p.seen[string(text)]; !known {
			p.seen[string(text)] = struct{}{}
			p.bytes += len(text)
		}
	})
	p.null = p.null || null
}

// columnToNote returns the index of the column whose values a source notes; -1:
// none.
func columnToNote(t *pipeline.Table, column string) int {
	return slices.IndexFunc(t.Columns, func(c ndjson.Column) bool {
		return column != "" && strings.EqualFold(c.Name, column) && c.Type == ndjson.String && !c.Partition
	})
}

// notes adds up what the threads of a reading have noted; nil if a row was not
// among it, or if it is too much.
func (r *reading) notes(rows int64) *noted {
	n := &noted{}
	all := map[string]struct{}{}
	for _, part := range r.noted {
		if part.bytes > mostNoted {
			return nil
		}
		rows -= part.rows
		n.null = n.null || part.null
		maps.Copy(all, part.seen)
	}
	if rows != 0 {
		return nil
	}
	n.values = slices.Collect(maps.Keys(all))
	return n
}

// note stores the values of a column that were noted as a view was read.
func (e *Engine) note(v *view, report ndjson.Report) {
	s := v.source
	at := columnToNote(s.input.Table, s.input.Values)
	if at < 0 || len(s.readings) == 0 {
		return
	}
	if n := s.readings[0].notes(report.Rows); n != nil {
		n.column, n.files, n.report = s.input.Table.Columns[at].Name, s.input.Files, report
		e.noted[s.input.Table.Name] = n
	}
}

// isOne reports whether an input asks for the distinct values of one text column.
func isOne(input pipeline.Input) bool {
	return input.Distinct && len(input.Columns) == 1 && columnToNote(input.Table, input.Columns[0].Name) >= 0
}

// hasNoted reports whether what an input asks for was noted before.
func (e *Engine) hasNoted(input pipeline.Input) bool {
	n := e.noted[input.Table.Name]
	return n != nil && isOne(input) && len(input.Count) == 0 && strings.EqualFold(n.column, input.Columns[0].Name) &&
		slices.EqualFunc(n.files, input.Files, func(a, b ndjson.File) bool { return a.Name == b.Name && a.Path == b.Path && a.Size == b.Size })
}

// holdNoted creates the table of the values that were noted.
func (e *Engine) holdNoted(ctx context.Context, table string) (pipeline.Held, error) {
	n := e.noted[table]
	delete(e.noted, table)
	id := e.givens.add(&given{n.values, n.null})
	defer e.givens.remove(id)
	if err := e.exec(ctx, statement("given.sql", named{ID: id, Table: table, As: n.column})); err != nil {
		return pipeline.Held{}, err
	}
	e.kept[table] = n.report.Rows
	return pipeline.Held{Report: n.report, Found: map[string]pipeline.Findings{}}, nil
}

// holdValues reads the files of an input for the values of its one column.
// errManyValues: there are too many to note.
func (e *Engine) holdValues(ctx context.Context, v *view, input pipeline.Input) (held pipeline.Held, err error) {
	table := input.Table.Name
	if _, err := e.number(ctx, statement("count_column.sql", named{Table: v.name, As: input.Columns[0].Name})); err != nil {
		return held, v.cause(ctx, err)
	}
	report, err := v.source.report(ctx)
	if err != nil {
		return held, err
	}
	if e.note(v, report); e.noted[table] == nil {
		return held, errManyValues
	}
	held, err = e.holdNoted(ctx, table)
	held.Found = v.tally.found(report.Rows)
	return held, err
}

var errManyValues = errors.New("too many values to note")
