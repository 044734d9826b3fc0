package ndjson

import "bytes"

// separator parses the bytes before the next value, or after the last one, and
// learns them.
func (p *parser) separator(b []byte, i int, s *state) (e *edge, next int) {
	from := i
	if s == &p.start {
		if b[i] != '{' {
			return nil, p.fail(i, -1, noObject(b, i))
		}
		i = space(b, i+1)
	} else if i = p.comma(b, i); i < 0 {
		return nil, -1
	}
	if b[i] != '}' {
		e, next = p.key(b, i, s)
	} else if i = space(b, i+1); b[i] == '\n' {
		e, next = &p.ending, i+1
	} else {
		return nil, p.fail(i, -1, afterObject(b, i))
	}
	if p.learn && next >= 0 && e != &p.strange {
		s.learn(b[from:next], e)
	}
	return e, next
}

// comma returns the position of the key or brace after a value.
func (p *parser) comma(b []byte, i int) int {
	switch i = space(b, i); b[i] {
	case '}':
		return i
	case ',':
		if i = space(b, i+1); b[i] == '}' {
			return p.fail(i, -1, "a comma before the closing brace")
		}
		return i
	}
	return p.fail(i, -1, afterValue(b, i))
}

// key parses a key and its colon.
func (p *parser) key(b []byte, i int, s *state) (e *edge, next int) {
	if b[i] != '"' {
		return nil, p.fail(i, -1, noKey(b, i))
	}
	start := i
	name, grown, i := text(b, i+1, p.tmp)
	p.tmp = grown
	if i < 0 {
		at, reason := badString(b, start+1)
		return nil, p.fail(at, -1, reason)
	}
	if e = p.lookup(name, s.guess); e == &p.strange && !p.addKey(0, name) {
		return nil, p.fail(start, -1, twiceReason)
	}
	if i = space(b, i); b[i] != ':' {
		return nil, p.fail(i, -1, noColon(b, i))
	}
	return e, space(b, i+1)
}

// lookup returns the edge to the column of a key. It tries guess first.
func (p *parser) lookup(name []byte, guess int) *edge {
	key := name
	if p.dots {
		key = bytes.ReplaceAll(name, []byte{'.'}, []byte{'_'})
	}
	if guess < len(p.fields) && p.fields[guess].name == string(key) {
		return &p.fields[guess].exact
	}
	for i := range p.fields {
		if p.fields[i].name == string(key) {
			return &p.fields[i].exact
		}
	}
	for i := range p.fields {
		if !p.exact && sameFold(p.fields[i].name, key) {
			return &p.fields[i].folded
		}
	}
	p.unknown.add(name)
	p.odd = true
	return &p.strange
}

// addKey records a key of an object. It returns false if the object already has
// the key.
func (p *parser) addKey(object uint64, name []byte) bool {
	if p.exact {
		return p.keys.addExact(p.line, object, name)
	}
	return p.keys.add(p.line, object, name)
}
