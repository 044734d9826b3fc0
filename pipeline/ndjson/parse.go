package ndjson

// A line is read as a walk from value to value. What stands between two values
// (comma, key, colon, spaces) is nearly always what stood there in an earlier
// line, so after each column the parser remembers the last few such literals,
// each with the column that it led to. Where one fits, a single comparison
// replaces the parsing of the key; where none does, the key is parsed and the
// literal learnt. Both ways read values with the same code, and a literal is
// only ever learnt from bytes that were parsed, so they cannot disagree.

// Where a key leads, when it is not a column.
const (
	toEnd     = -1 // the line has ended
	toUnknown = -2 // the key names no column
)

// fault is what is wrong with a line.
type fault struct {
	at     int // position in the buffer
	column int // or -1
	reason string
}

// field is what the parser knows about one column.
type field struct {
	vector *Vector
	name   string
	kind   Type
	seen   uint64 // the line that had it last

	// The string before this one, which is often the same. It lies in the
	// buffer, so it is forgotten when the buffer is loaded anew.
	before []byte
	value  stringValue
	cached bool
}

// parser reads lines into vectors.
type parser struct {
	limits Limits
	learn  bool
	fields []field
	states []state // after each column, at the start, after an unknown key
	line   uint64
	found  int // columns of this line so far
	fault  fault

	tmp      []byte
	keys     keySet
	variants []int    // columns of this line whose key has another case
	unknown  nameList // keys of this line that are no column
	tally    tally
}

func newParser(columns []Column, limits Limits) *parser {
	p := &parser{
		limits: limits,
		learn:  true,
		fields: make([]field, len(columns)),
		states: make([]state, len(columns)+2),
		tally:  newTally(len(columns)),
	}
	for i, c := range columns {
		p.fields[i] = field{name: c.Name, kind: c.Type, vector: new(Vector)}
	}
	return p
}

// begin starts a batch.
func (p *parser) begin(vectors []Vector) {
	for i := range p.fields {
		p.fields[i].cached = false
		p.fields[i].vector = &vectors[i]
		vectors[i].Heap = vectors[i].Heap[:0]
	}
}

// forget must be called before the buffer changes.
func (p *parser) forget() {
	for i := range p.fields {
		p.fields[i].cached = false
	}
}

// lines reads lines of b from the start of one on, up to the line feed before
// end, into rows from row to limit. After a line with a fault it stops at the
// start of that line.
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

// tooLong fails if the line between start and next has too many bytes, without
// its end.
func (p *parser) tooLong(b []byte, start, next int) bool {
	if len(trimEnd(b[start:next])) <= p.limits.Line {
		return false
	}
	p.fail(start, -1, p.limits.lineReason())
	return true
}

// trimEnd takes the line feed and a carriage return before it off a line.
func trimEnd(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line
}

// row reads the line at start, whose first byte that is not space is at i, and
// returns where the next line begins, or -1 with p.fault set.
func (p *parser) row(b []byte, start, i, row int) int {
	p.line++
	p.found = 0
	p.variants = p.variants[:0]
	p.unknown.reset()
	last := len(p.fields)
	for {
		from := i
		var column int
		if e := p.states[last].match(b, i); e != nil {
			column, i = e.to, i+e.size
			if e.variant {
				p.variants = append(p.variants, column)
			}
		} else if column, i = p.separator(b, i, last); i < 0 {
			return -1
		}
		if column < 0 {
			if column == toEnd {
				return p.finish(b, start, i, row)
			}
			if i = p.skip(b, i, 2); i < 0 {
				return -1
			}
			last = len(p.fields) + 1
			continue
		}
		f := &p.fields[column]
		if f.seen == p.line {
			return p.duplicate(b, from, column)
		}
		f.seen = p.line
		p.found++
		from = i
		if i = f.read(b, i, row, &p.tmp); i < 0 {
			return p.badValue(b, from, column)
		}
		last = column
	}
}

// read parses a value into the row; its end is -1 if it does not fit.
func (f *field) read(b []byte, i, row int, tmp *[]byte) (end int) {
	if b[i] == 'n' {
		if string(b[i:i+4]) != "null" {
			return -1
		}
		f.vector.setNull(row)
		return i + 4
	}
	switch f.kind {
	case String:
		return f.readString(b, i, row, tmp)
	case Bigint:
		var n int64
		if n, end = integer(b, i); end > 0 {
			f.vector.setBigint(row, n)
		}
	case Double:
		var x float64
		if x, end = float(b, i); end > 0 {
			f.vector.setDouble(row, x)
		}
	case Int:
		n, end := integer(b, i)
		if n != int64(int32(n)) {
			return -1
		}
		if end > 0 {
			f.vector.setInt(row, int32(n))
		}
		return end
	case Boolean:
		if string(b[i:i+4]) == "true" {
			f.vector.setBoolean(row, true)
			return i + 4
		}
		if string(b[i:i+5]) == "false" {
			f.vector.setBoolean(row, false)
			return i + 5
		}
		return -1
	}
	return end
}

func (f *field) readString(b []byte, i, row int, tmp *[]byte) (end int) {
	if b[i] != '"' {
		return -1
	}
	i++
	if f.cached {
		// A closing quote can only be missed if it is escaped in b, and then
		// the bytes before it, ending in a backslash, are not before's.
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

// separator parses what stands before the next value, and learns it.
func (p *parser) separator(b []byte, i, last int) (column, next int) {
	from, variants := i, len(p.variants)
	if last == len(p.fields) {
		if b[i] != '{' {
			return 0, p.fail(i, -1, noObject(b, i))
		}
		i = space(b, i+1)
	} else {
		i = space(b, i)
		if b[i] == ',' {
			if i = space(b, i+1); b[i] == '}' {
				return 0, p.fail(i, -1, "a comma before the closing brace")
			}
		} else if b[i] != '}' {
			return 0, p.fail(i, -1, afterValue(b, i))
		}
	}
	if b[i] == '}' {
		if i = space(b, i+1); b[i] != '\n' {
			return 0, p.fail(i, -1, afterObject(b, i))
		}
		column, next = toEnd, i+1
	} else if column, next = p.key(b, i); next < 0 {
		return 0, -1
	}
	if p.learn && column != toUnknown {
		p.states[last].learn(b[from:next], column, len(p.variants) > variants)
	}
	return column, next
}

// key parses a key and its colon.
func (p *parser) key(b []byte, i int) (column, next int) {
	if b[i] != '"' {
		return 0, p.fail(i, -1, noKey(b, i))
	}
	start := i
	name, grown, i := text(b, i+1, p.tmp)
	p.tmp = grown
	if i < 0 {
		at, reason := badString(b, start+1)
		return 0, p.fail(at, -1, reason)
	}
	column = p.lookup(name)
	if column == toUnknown && !p.keys.add(p.line, 0, name) {
		return 0, p.fail(start, -1, twiceReason)
	}
	if i = space(b, i); b[i] != ':' {
		return 0, p.fail(i, -1, noColon(b, i))
	}
	return column, space(b, i+1)
}

// lookup finds the column of a key, and notes what it finds.
func (p *parser) lookup(name []byte) int {
	for i := range p.fields {
		if p.fields[i].name == string(name) {
			return i
		}
	}
	for i := range p.fields {
		if sameFold(p.fields[i].name, name) {
			p.variants = append(p.variants, i)
			return i
		}
	}
	p.unknown.add(name)
	return toUnknown
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
				p.tally.present[i] = true
			} else {
				f.vector.setNull(row)
			}
		}
	}
	if len(p.variants) > 0 || len(p.unknown.ends) > 0 {
		p.tally.addKeys(p.variants, &p.unknown)
	}
	p.tally.rows++
	return next
}

// undo makes the row as if no line had been read into it.
func (p *parser) undo(row int) {
	for i := range p.fields {
		p.fields[i].vector.setValid(row)
	}
}

func (p *parser) fail(at, column int, reason string) int {
	p.fault = fault{at: at, column: column, reason: reason}
	return -1
}

// duplicate fails at the second occurrence of a column's key, which is the
// first string after from.
func (p *parser) duplicate(b []byte, from, column int) int {
	for b[from] != '"' {
		from++
	}
	return p.fail(from, column, twiceReason)
}
