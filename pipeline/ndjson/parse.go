package ndjson

// The parser walks a line from value to value. The bytes between two values
// (comma, key, colon, spaces) nearly always repeat those of an earlier line. So
// after each column the parser remembers the last few of these literals, each
// with the column that it led to. If a literal matches, one comparison replaces
// the parsing of the key; otherwise the key is parsed and the literal is
// learnt. Both paths read values with the same code, and only parsed bytes are
// learnt, so both give the same result.

// fault describes the error in a line.
type fault struct {
	at     int // position in the buffer
	column int // or -1
	reason string
}

// field is the parser's state for one column.
type field struct {
	column int
	vector *Vector
	name   string // the key of the column
	kind   Kind
	shape  Shape
	seen   uint64 // the last line that had the column

	// The previous string, which is often the same. It points into the buffer,
	// so forget clears it before the buffer is loaded again.
	before []byte
	value  stringValue
	cached bool

	exact  edge // the edge to this column
	folded edge // the edge to this column from a key in another case
	after  state
}

// parser reads lines into vectors.
type parser struct {
	limits  Limits
	learn   bool
	exact   bool // compare keys with their case
	dots    bool // read a dot in a key as an underscore
	fields  []field
	fixed   []fixed // partition columns
	entered string  // the file whose partition values are set
	columns []Column
	start   state // before the first key
	lost    state // after the value of an unknown key
	line    uint64
	found   int // columns of the current line so far
	fault   fault

	ending   edge // the edge to the end of the line
	strange  edge // the edge to a value of an unknown key
	tmp      []byte
	digits   []byte // digits of a decimal
	value    []byte // text of a nested value
	misfit   misfit
	keys     keySet
	odd      bool     // one of the next two is not empty
	variants []int    // keys of the current line that differ from their column in case
	unknown  nameList // unknown keys of the current line
	tally    tally
}

func newParser(columns []Column, limits Limits) *parser {
	p := &parser{
		limits:  limits,
		columns: columns,
		learn:   true,
		fields:  make([]field, 0, len(columns)),
		tally:   newTally(len(columns)),
	}
	for i, c := range columns {
		p.exact, p.dots = p.exact || c.Exact, p.dots || c.Dots
		if c.Partition {
			f := field{column: i, name: c.Name, shape: c.Type.Shape(), vector: new(Vector)}
			f.kind = f.shape.Kind
			p.fixed = append(p.fixed, fixed{field: f})
			continue
		}
		p.fields = append(p.fields, field{column: i, name: c.reads(), shape: c.Type.Shape(), vector: new(Vector)})
		f := &p.fields[len(p.fields)-1]
		f.kind = f.shape.Kind
		f.exact, f.folded, f.after.guess = edge{field: f}, edge{field: f, variant: true}, len(p.fields)
	}
	return p
}

// begin starts a batch.
func (p *parser) begin(vectors []Vector) {
	for i := range p.fields {
		f := &p.fields[i]
		f.cached = false
		f.vector = &vectors[f.column]
		f.vector.Heap = f.vector.Heap[:0]
	}
	for i := range p.fixed {
		f := &p.fixed[i]
		f.vector = &vectors[f.column]
		f.vector.Heap = f.vector.Heap[:0]
	}
}

// forget drops all references to the buffer. Call it before the buffer changes.
func (p *parser) forget() {
	for i := range p.fields {
		p.fields[i].cached = false
	}
}

// lines reads the lines of b from start up to the line feed before end, into
// rows from row to limit. After a line with a fault it stops at the start of
// that line.
func (p *parser) lines(b []byte, start, end, row, limit int) (next, rows int, ok bool) {
	for start < end && row < limit {
		i := space(b, start)
		if b[i] == '\n' {
			if i-start > p.limits.Line && p.tooLong(b, start, i+1) {
				return start, row, false
			}
			start = i + 1
			continue
		}
		if i = p.row(b, start, i, row); i < 0 {
			return start, row, false
		}
		start = i
		row++
	}
	return start, row, true
}

// tooLong sets the fault and returns true if the line between start and next is
// too long without its line feed.
func (p *parser) tooLong(b []byte, start, next int) bool {
	if len(trimEnd(b[start:next])) <= p.limits.Line {
		return false
	}
	p.fail(start, -1, p.limits.lineReason())
	return true
}

// trimEnd cuts the line feed, and a carriage return before it, off a line.
func trimEnd(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line
}

// row reads the line at start, whose first non-space byte is at i. It returns
// the start of the next line, or -1 with p.fault set.
func (p *parser) row(b []byte, start, i, row int) int {
	p.line++
	p.found = 0
	if p.odd {
		p.odd, p.variants = false, p.variants[:0]
		p.unknown.reset()
	}
	for s := &p.start; ; {
		from := i
		e := s.match(b, i)
		if e != nil {
			i += e.size
		} else if e, i = p.separator(b, i, s); i < 0 {
			return -1
		}
		f := e.field
		switch {
		case f != nil:
		case e != &p.strange:
			return p.finish(b, start, i, row)
		default:
			if i = p.skip(b, i, 2); i < 0 {
				return -1
			}
			s = &p.lost
			continue
		}
		if e.variant {
			p.variants, p.odd = append(p.variants, f.column), true
		}
		if f.seen == p.line {
			return p.duplicate(b, from, f)
		}
		f.seen = p.line
		p.found++
		from = i
		if i = f.read(b, from, row, p); i < 0 {
			// A space may follow the matched literal.
			from = space(b, from)
			if i = f.read(b, from, row, p); i < 0 {
				return p.badValue(b, from, f)
			}
		}
		s = &f.after
	}
}

// read parses a value into the row. The end is -1 if the value does not fit.
func (f *field) read(b []byte, i, row int, p *parser) (end int) {
	if b[i] == 'n' {
		p.misfit.reason = ""
		if string(b[i:i+4]) != "null" {
			return -1
		}
		f.vector.setNull(row)
		return i + 4
	}
	switch f.kind {
	case KindString:
		return f.readString(b, i, row, &p.tmp)
	case KindBigint:
		var n int64
		if n, end = integer(b, i); end > 0 {
			f.vector.setBigint(row, n)
		}
	case KindDouble:
		var x float64
		if x, end = float(b, i); end > 0 {
			f.vector.setDouble(row, x)
		}
	case KindInt:
		n, end := integer(b, i)
		if n != int64(int32(n)) {
			return -1
		}
		if end > 0 {
			f.vector.setInt(row, int32(n))
		}
		return end
	case KindBoolean:
		if string(b[i:i+4]) == "true" {
			f.vector.setBoolean(row, true)
			return i + 4
		}
		if string(b[i:i+5]) == "false" {
			f.vector.setBoolean(row, false)
			return i + 5
		}
		return -1
	default:
		return f.readOther(b, i, row, p)
	}
	return end
}

// readOther is read for the types that need more instructions. If a value does
// not fit, p.misfit is the reason.
func (f *field) readOther(b []byte, i, row int, p *parser) (end int) {
	if f.kind == KindAny {
		if end = p.skipped(b, i, 1); end >= 0 {
			f.vector.setString(row, f.vector.intern(b[i:end]))
		}
		return end
	}
	if !f.shape.IsNested() {
		s, end := p.readScalar(b, i, &f.shape)
		if end >= 0 {
			s.set(f.vector, row, &f.shape)
		}
		return end
	}
	p.value, end = p.nested(p.value[:0], b, i, 1, &f.shape)
	if end >= 0 {
		f.vector.setString(row, f.vector.intern(p.value))
	}
	return end
}

func (f *field) readString(b []byte, i, row int, tmp *[]byte) (end int) {
	if b[i] != '"' {
		return -1
	}
	i++
	if f.cached {
		// The comparison could only miss the closing quote if it is escaped in
		// b. Then the bytes before it end in a backslash and differ from
		// before.
		end := i + len(f.before)
		if end < len(b) && b[end] == '"' && string(b[i:end]) == string(f.before) {
			f.vector.setString(row, f.value)
			return end + 1
		}
	}
	value, grown, end := text(b, i, *tmp)
	*tmp = grown
	if end < 0 {
		return -1
	}
	v := f.vector.intern(value)
	f.vector.setString(row, v)
	if f.cached = end-i-1 == len(value); f.cached {
		f.before, f.value = value, v
	}
	return end
}

// finish accepts the line between start and next.
func (p *parser) finish(b []byte, start, next, row int) int {
	if next-start > p.limits.Line && p.tooLong(b, start, next) {
		return -1
	}
	if p.found == len(p.fields) {
		p.tally.whole = true
	} else {
		for i := range p.fields {
			if f := &p.fields[i]; f.seen == p.line {
				p.tally.present[f.column] = true
			} else {
				f.vector.setNull(row)
			}
		}
	}
	if p.odd {
		p.tally.addKeys(p.variants, &p.unknown)
	}
	p.tally.rows++
	return next
}

// undo clears the row after a rejected line.
func (p *parser) undo(row int) {
	for i := range p.fields {
		p.fields[i].vector.setValid(row)
	}
}

func (p *parser) fail(at, column int, reason string) int {
	p.fault = fault{at: at, column: column, reason: reason}
	return -1
}

// duplicate sets the fault at the second occurrence of a column's key, which is
// the first string after from.
func (p *parser) duplicate(b []byte, from int, f *field) int {
	for b[from] != '"' {
		from++
	}
	return p.fail(from, f.column, twiceReason)
}
