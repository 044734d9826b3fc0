package ndjson

// maxLiteral bounds the length of a learnt literal. It leaves room for a load
// within the padding.
const maxLiteral = padding - 16

// edge is a literal that followed a value, and the column that it led to.
type edge struct {
	size    int
	head    uint64 // the first eight bytes, or fewer
	mask    uint64 // the significant bytes of head
	tail    uint64 // the last eight bytes, if there are more than eight
	field   *field // the column it led to, or nil at the end of a line
	variant bool   // the key is spelt in another case
	literal []byte
}

// state is a position between two values of a line, with the literals seen
// there. Four literals are enough if a few optional keys come and go.
type state struct {
	guess int // the column that is likely to be next
	used  int
	next  int // the edge to replace when all are used
	edges [4]edge
}

// match returns the edge whose literal is at i. A line feed can only be the
// last byte of a literal, so a literal cannot match beyond the last line.
func (s *state) match(b []byte, i int) *edge {
	x := load(b, i)
	for k := range s.edges[:s.used] {
		e := &s.edges[k]
		if (x^e.head)&e.mask == 0 &&
			(e.size <= 8 || load(b, i+e.size-8) == e.tail &&
				(e.size <= 16 || string(b[i:i+e.size]) == string(e.literal))) {
			return e
		}
	}
	return nil
}

// learn remembers a literal that match did not find, and the edge that it led
// to.
func (s *state) learn(literal []byte, to *edge) {
	if len(literal) > maxLiteral {
		return
	}
	e := &s.edges[s.next]
	s.next = (s.next + 1) % len(s.edges)
	s.used = min(s.used+1, len(s.edges))
	*e = edge{size: len(literal), field: to.field, variant: to.variant, literal: append(e.literal[:0], literal...)}
	var padded [8]byte
	copy(padded[:], literal)
	e.head = load(padded[:], 0)
	e.mask = ^uint64(0)
	if e.size < 8 {
		e.mask = 1<<(8*e.size) - 1
	} else {
		e.tail = load(literal, e.size-8)
	}
}
