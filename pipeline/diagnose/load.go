package diagnose

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// loaded is a table as it was read from its files.
type loaded struct {
	table    *pipeline.Table
	input    pipeline.Input
	present  bool
	blanks   []string // text columns in which "" and null are the same
	rows     int64
	rejected int64    // lines that cannot be read
	fault    string   // the first of them
	broken   bool     // whole files cannot be read
	extra    []string // keys that are not columns, in lower case
	missing  []string // columns that no line has
	mistyped []string // columns with values of another type
	strict   bool     // the strict reader has read the rows
	ends     []int64  // of a table in the order of its files: where the rows of each end
}

// common are the columns that the file has.
func (l *loaded) common() []string {
	return slices.DeleteFunc(columnNames(l.table), func(c string) bool { return slices.Contains(l.missing, c) })
}

// fits tells whether the file has exactly the columns of the table.
func (l *loaded) fits() bool { return len(l.extra)+len(l.missing)+len(l.mistyped) == 0 }

// load reads a table into the workbench under its own name.
func (s *session) load(ctx context.Context, t *pipeline.Table, input pipeline.Input, present bool) (*loaded, error) {
	l := &loaded{table: t, input: input, present: present}
	s.noteBlanks(l)
	if err := s.readRows(ctx, l); err != nil || len(l.blanks) == 0 {
		return l, err
	}
	return l, s.bench.Exec(ctx, statement("make.sql", fill{Table: t.Name, SQL: l.comparable(s.all(t.Name))}))
}

// noteBlanks finds the text columns of a table in which "" and null cannot be
// told apart, because its files or those of an upstream table are CSV.
func (s *session) noteBlanks(l *loaded) {
	above := map[string]bool{}
	s.lake.AddUpstream(l.table, above)
	lost := slices.ContainsFunc(l.input.Files, func(f ndjson.File) bool { return pipeline.LosesBlanks(s.r.Store, f.Name) })
	for name := range above {
		lost = lost || s.tables[name] != nil && len(s.tables[name].blanks) > 0
	}
	for _, c := range typedColumns(l.table) {
		if lost && c.Type == "VARCHAR" {
			l.blanks = append(l.blanks, c.Name)
		}
	}
}

// comparable is a query for the same rows with nulls for texts that are empty,
// if the table does not tell these apart.
func (l *loaded) comparable(query string) string {
	if len(l.blanks) == 0 {
		return query
	}
	return statement("blanks.sql", fill{SQL: query, Columns: l.blanks})
}

// readRows loads the rows of a table, and learns its columns.
func (s *session) readRows(ctx context.Context, l *loaded) error {
	t, input, present := l.table, l.input, l.present
	if len(input.Files) == 0 {
		if t.IsLanding() || present {
			return s.bench.Exec(ctx, statement("empty.sql", fill{Table: t.Name, Typed: typedColumns(t)}))
		}
		// What reads a missing table is compared with what it would be.
		return s.bench.Exec(ctx, statement("make.sql", fill{Table: t.Name, SQL: t.Transform.SQL}))
	}
	report, err := s.bench.Load(ctx, t.Name, input)
	if err != nil {
		if _, many := errors.AsType[*ndjson.TooManyRejectsError](err); !many || t.IsLanding() {
			return pipeline.Named(t.Name, err)
		}
		return s.reload(ctx, l)
	}
	l.rows, l.strict = report.Rows, true
	l.judge(report)
	if t.IsLanding() {
		if s.o.Allow.Accept(t, report) == nil {
			l.rejected, l.broken = 0, false
		}
		l.missing = nil // a landing table without a column has nulls there
		return nil
	}
	if l.rejected > 0 {
		return s.reload(ctx, l)
	}
	if slices.ContainsFunc(report.Notes, func(n ndjson.Note) bool { return n.Kind == ndjson.UnknownKey }) {
		return l.keys(ctx)
	}
	return nil
}

// order loads a table again, with its rows in the order of its files. It is not
// ok if they cannot be in that order.
func (s *session) order(ctx context.Context, l *loaded) (ok bool, err error) {
	if l.ends != nil || !l.strict || l.rows == 0 {
		return l.ends != nil, nil
	}
	input := l.input
	input.InOrder = true
	report, err := s.bench.Load(ctx, l.table.Name, input)
	if err != nil || report.Rows != l.rows || len(report.Files) != len(input.Files) {
		return false, err
	}
	if len(l.blanks) > 0 {
		if err := s.bench.Exec(ctx, statement("make.sql", fill{Table: l.table.Name, SQL: l.comparable(s.all(l.table.Name))})); err != nil {
			return false, err
		}
	}
	end := int64(0)
	for _, f := range report.Files {
		end += f.Rows
		l.ends = append(l.ends, end)
	}
	return true, nil
}

// file returns which rows of a table in the order of its files are those of one.
func (l *loaded) file(i int) span {
	if i == 0 {
		return span{0, l.ends[0]}
	}
	return span{l.ends[i-1], l.ends[i]}
}

// slice makes a view of some rows of a table in the order of its files.
func (l *loaded) slice(view string, rows ...span) string {
	return statement("slice.sql", fill{Table: view, Of: l.table.Name, Columns: columnNames(l.table), Spans: rows})
}

// judge takes over what the strict reader has found.
func (l *loaded) judge(report ndjson.Report) {
	l.rejected = report.Rejected
	if len(report.Rejects) > 0 {
		l.rejected = max(l.rejected, 1)
		l.fault = report.Rejects[0].String()
	}
	l.broken = slices.ContainsFunc(report.Rejects, ndjson.Reject.Whole)
	for i, c := range l.table.Columns {
		files := 0
		for _, n := range report.Notes {
			if n.Kind == ndjson.AbsentColumn && strings.HasPrefix(n.Text, "column "+c.Name+" ") {
				files += n.Files
			}
		}
		empty := 0
		for _, f := range report.Files {
			if f.Rows == 0 {
				empty++
			}
		}
		if files > 0 && files+empty >= len(report.Files) {
			l.missing = append(l.missing, l.table.Columns[i].Name)
		}
	}
}

// lineBatch is how many lines are handed to the workbench at a time.
const lineBatch = 4000

// reload reads a table line by line, whatever types its values have.
func (s *session) reload(ctx context.Context, l *loaded) error {
	lines := "stedi_lines"
	l.strict = false
	if err := s.bench.Exec(ctx, statement("lines.sql", fill{Table: lines})); err != nil {
		return err
	}
	r := newLineReader(l)
	r.flush = func(batch []string) error {
		text, err := json.Marshal(batch)
		if err != nil {
			return err
		}
		return s.bench.Exec(ctx, statement("addlines.sql", fill{Table: lines}), string(text))
	}
	for _, f := range l.input.Files {
		if err := ndjson.Unpack(ctx, f, ndjson.Limits{}, r); err != nil {
			return fmt.Errorf("%s: %w", l.table.Name, err)
		}
		if err := r.end(); err != nil {
			return err
		}
	}
	if err := r.finish(); err != nil {
		return err
	}
	l.rows, l.rejected = r.rows, r.bad
	l.take(r)
	if err := s.bench.Exec(ctx, statement("fromlines.sql", fill{Table: l.table.Name, Of: lines, Typed: typedColumns(l.table)})); err != nil {
		return err
	}
	return s.bench.Exec(ctx, statement("drop.sql", fill{Table: lines}))
}

// keysRead is how many lines are read to learn the keys of a table.
const keysRead = 1000

// keys learns which keys a table has that are not columns.
func (l *loaded) keys(ctx context.Context) error {
	r := newLineReader(l)
	r.most = keysRead
	r.flush = func([]string) error { return nil }
	for _, f := range l.input.Files {
		err := ndjson.Unpack(ctx, f, ndjson.Limits{}, r)
		if err == nil {
			err = r.end()
		}
		if errors.Is(err, io.EOF) {
			break // enough lines
		}
		if err != nil {
			return fmt.Errorf("%s: %w", l.table.Name, err)
		}
	}
	mistyped, missing := l.mistyped, l.missing
	l.take(r)
	l.mistyped, l.missing = mistyped, missing
	return nil
}

// take takes over what a reader of lines has found.
func (l *loaded) take(r *lineReader) {
	l.extra, l.missing, l.mistyped = nil, nil, nil
	for _, key := range r.order {
		if l.column(key) == nil {
			l.extra = append(l.extra, key)
		}
	}
	for _, c := range l.table.Columns {
		switch {
		case !r.seen[c.Name] && r.rows > 0:
			l.missing = append(l.missing, c.Name)
		case r.mistyped[c.Name]:
			l.mistyped = append(l.mistyped, c.Name)
		}
	}
}

func (l *loaded) column(name string) *pipeline.Column {
	for i := range l.table.Columns {
		if strings.EqualFold(l.table.Columns[i].Name, name) {
			return &l.table.Columns[i]
		}
	}
	return nil
}

// lineReader reads JSON lines that are written to it, and learns their keys.
type lineReader struct {
	l        *loaded
	flush    func([]string) error
	most     int64 // lines; 0: all
	rest     []byte
	batch    []string
	rows     int64
	bad      int64
	seen     map[string]bool
	order    []string
	mistyped map[string]bool
}

func newLineReader(l *loaded) *lineReader {
	return &lineReader{l: l, seen: map[string]bool{}, mistyped: map[string]bool{}}
}

func (r *lineReader) Write(b []byte) (int, error) {
	n := len(b)
	for {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			r.rest = append(r.rest, b...)
			return n, nil
		}
		r.rest = append(r.rest, b[:i]...)
		if err := r.end(); err != nil {
			return 0, err
		}
		b = b[i+1:]
	}
}

// end takes the line that has been written.
func (r *lineReader) end() error {
	line := bytes.TrimSpace(bytes.TrimPrefix(r.rest, []byte("\xef\xbb\xbf")))
	defer func() { r.rest = r.rest[:0] }()
	if len(line) == 0 {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	var row map[string]any
	if err := decoder.Decode(&row); err != nil || row == nil || decoder.More() {
		r.bad++
		return nil
	}
	folded := map[string]any{}
	for key, value := range row {
		key = strings.ToLower(key)
		folded[key] = value
		if !r.seen[key] {
			r.seen[key] = true
			r.order = append(r.order, key)
		}
		if c := r.l.column(key); c != nil && !holds(c, value) {
			r.mistyped[key] = true
		}
	}
	text, err := json.Marshal(folded)
	if err != nil {
		return err
	}
	r.rows++
	if r.batch = append(r.batch, string(text)); len(r.batch) >= lineBatch {
		if err := r.finish(); err != nil {
			return err
		}
	}
	if r.most > 0 && r.rows >= r.most {
		return io.EOF
	}
	return nil
}

func (r *lineReader) finish() error {
	slices.Sort(r.order)
	batch := r.batch
	r.batch = nil
	if len(batch) == 0 {
		return nil
	}
	return r.flush(batch)
}

// Kinds of columns, by the JSON values that they hold.
var (
	wholeKinds  = []ndjson.Kind{ndjson.KindTinyint, ndjson.KindSmallint, ndjson.KindInt, ndjson.KindBigint}
	numberKinds = []ndjson.Kind{ndjson.KindFloat, ndjson.KindDouble, ndjson.KindDecimal, ndjson.KindDate, ndjson.KindTimestamp}
	noTextKinds = append(slices.Clone(wholeKinds), ndjson.KindFloat, ndjson.KindDouble, ndjson.KindBoolean)
)

// holds tells whether a value of JSON has the kind that a column's type asks
// for.
func holds(c *pipeline.Column, value any) bool {
	shape := c.Type.Shape()
	switch v := value.(type) {
	case nil:
		return true
	case bool:
		return shape.Kind == ndjson.KindBoolean
	case string:
		return !shape.IsNested() && !slices.Contains(noTextKinds, shape.Kind)
	case json.Number:
		return slices.Contains(numberKinds, shape.Kind) || slices.Contains(wholeKinds, shape.Kind) && !strings.ContainsAny(v.String(), ".eE")
	default:
		return shape.IsNested()
	}
}
