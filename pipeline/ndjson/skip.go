package ndjson

import (
	"slices"
	"unicode/utf8"

	"github.com/zeebo/xxh3"
)

// skip validates the value of an unknown key at i, and returns the end of the
// value. depth is the depth of the value if it is nested.
func (p *parser) skip(b []byte, i, depth int) int {
	switch c := b[i]; {
	case c == '"':
		_, grown, end := text(b, i+1, p.tmp)
		p.tmp = grown
		if end < 0 {
			at, reason := badString(b, i+1)
			return p.fail(at, -1, reason)
		}
		return end
	case c == '{' || c == '[':
		if depth > p.limits.Depth {
			return p.fail(i, -1, p.limits.depthReason())
		}
		if c == '{' {
			return p.skipObject(b, i, depth)
		}
		return p.skipArray(b, i, depth)
	case c == '-' || c-'0' <= 9:
		end, _ := number(b, i)
		if end < 0 {
			return p.fail(i, -1, brokenNumber)
		}
		return end
	case string(b[i:i+4]) == "true" || string(b[i:i+4]) == "null":
		return i + 4
	case string(b[i:i+5]) == "false":
		return i + 5
	}
	return p.fail(i, -1, noValue(b, i))
}

func (p *parser) skipArray(b []byte, i, depth int) int {
	if i = space(b, i+1); b[i] == ']' {
		return i + 1
	}
	for {
		if i = p.skip(b, i, depth+1); i < 0 {
			return -1
		}
		switch i = space(b, i); b[i] {
		case ']':
			return i + 1
		case ',':
			i = space(b, i+1)
		default:
			return p.fail(i, -1, afterNested(b, i))
		}
	}
}

func (p *parser) skipObject(b []byte, i, depth int) int {
	object := p.keys.object()
	if i = space(b, i+1); b[i] == '}' {
		return i + 1
	}
	for {
		if i = p.skipKey(b, i, object); i < 0 {
			return -1
		}
		if i = p.skip(b, i, depth+1); i < 0 {
			return -1
		}
		switch i = space(b, i); b[i] {
		case '}':
			return i + 1
		case ',':
			i = space(b, i+1)
		default:
			return p.fail(i, -1, afterNested(b, i))
		}
	}
}

func (p *parser) skipKey(b []byte, i int, object uint64) int {
	if b[i] != '"' {
		return p.fail(i, -1, noKey(b, i))
	}
	start := i
	name, grown, i := text(b, i+1, p.tmp)
	p.tmp = grown
	if i < 0 {
		at, reason := badString(b, start+1)
		return p.fail(at, -1, reason)
	}
	if !p.addKey(object, name) {
		return p.fail(start, -1, twiceReason)
	}
	if i = space(b, i); b[i] != ':' {
		return p.fail(i, -1, noColon(b, i))
	}
	return space(b, i+1)
}

func afterNested(b []byte, i int) string {
	if b[i] == '\n' {
		return unendedReason
	}
	return "neither a comma nor a closing bracket after the value"
}

// number validates a JSON number. whole means that it has no fraction and no
// exponent; the end is -1 if there is no number at i.
func number(b []byte, i int) (end int, whole bool) {
	if b[i] == '-' {
		i++
	}
	first := i
	if _, i = digits(b, i, 0); i == first || i > first+1 && b[first] == '0' {
		return -1, false
	}
	whole = true
	if b[i] == '.' {
		whole, first = false, i+1
		if _, i = digits(b, i+1, 0); i == first {
			return -1, false
		}
	}
	if b[i]|0x20 == 'e' {
		whole = false
		if i++; b[i] == '+' || b[i] == '-' {
			i++
		}
		first = i
		if _, i = digits(b, i, 0); i == first {
			return -1, false
		}
	}
	return i, whole
}

// keySet detects duplicate keys in the objects of a line. Its time is linear in
// the line's length for any input. It keeps 128-bit hashes of the keys, folded
// to one case.
type keySet struct {
	line    uint64
	objects uint64
	folded  []byte
	few     []xxh3.Uint128
	many    map[xxh3.Uint128]struct{}
}

// fewKeys is how many keys are searched linearly.
const fewKeys = 32

// object returns the number of a new object in this line.
func (s *keySet) object() uint64 {
	s.objects++
	return s.objects
}

// add records a key. It returns false if the object already has the key in any
// case.
func (s *keySet) add(line, object uint64, name []byte) bool {
	s.folded = s.folded[:0]
	for _, c := range name {
		s.folded = append(s.folded, lower(c))
	}
	return s.addExact(line, object, s.folded)
}

// addExact is add for keys that are compared with their case.
func (s *keySet) addExact(line, object uint64, name []byte) bool {
	if s.line != line {
		s.line, s.few = line, s.few[:0]
		if len(s.many) > 1024 {
			s.many = nil // clearing a large map would cost as much for every later line
		}
		clear(s.many)
	}
	hash := xxh3.Hash128Seed(name, object)
	if slices.Contains(s.few, hash) {
		return false
	}
	if len(s.few) < fewKeys {
		s.few = append(s.few, hash)
		return true
	}
	if s.many == nil {
		s.many = make(map[xxh3.Uint128]struct{})
	}
	if _, twice := s.many[hash]; twice {
		return false
	}
	s.many[hash] = struct{}{}
	return true
}

// nameList is the concatenated unknown keys of one line.
type nameList struct {
	bytes []byte
	ends  []int
}

func (l *nameList) reset() { l.bytes, l.ends = l.bytes[:0], l.ends[:0] }

// maxName is how many bytes of an unknown key are kept.
const maxName = 64

func (l *nameList) add(name []byte) {
	if len(name) > maxName {
		end := maxName
		for !utf8.RuneStart(name[end]) {
			end--
		}
		name = name[:end]
	}
	l.bytes = append(l.bytes, name...)
	l.ends = append(l.ends, len(l.bytes))
}

// names counts keys. It keeps the alphabetically first keys, so that the result
// does not depend on how threads share the lines.
type names struct {
	counts map[string]int64
	last   string // the largest kept key, once maxNames keys are kept
	others bool   // more keys were dropped
}

// maxNames is how many distinct unknown keys are counted.
const maxNames = 20

func (n *names) add(name []byte, count int64) {
	if c, known := n.counts[string(name)]; known {
		n.counts[string(name)] = c + count
		return
	}
	if len(n.counts) < maxNames {
		if n.counts == nil {
			n.counts = make(map[string]int64)
		}
		n.keep(name, count)
		return
	}
	n.others = true
	if string(name) > n.last {
		return
	}
	delete(n.counts, n.last)
	n.keep(name, count)
}

func (n *names) keep(name []byte, count int64) {
	n.counts[string(name)] = count
	n.last = ""
	for name := range n.counts {
		n.last = max(n.last, name)
	}
}

func (n *names) merge(other *names) {
	for name, count := range other.counts {
		n.add([]byte(name), count)
	}
	n.others = n.others || other.others
}
