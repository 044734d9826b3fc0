package ndjson

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// FoundColumn is a key that lines of some files have, whether or not a table
// has such a column.
type FoundColumn struct {
	Name string
	// Type is what its values are: string, bigint, double, boolean, array,
	// struct, or several of them such as "bigint or string"; "null" if every
	// value is null.
	Type string
	Rows int64 // with a value that is not null
}

// IsText reports whether some of the values are strings.
func (c FoundColumn) IsText() bool { return slices.Contains(strings.Split(c.Type, " or "), "string") }

// IsNested reports whether some of the values are arrays or structs.
func (c FoundColumn) IsNested() bool {
	kinds := strings.Split(c.Type, " or ")
	return slices.Contains(kinds, "array") || slices.Contains(kinds, "struct")
}

// mostFound is how many columns are told apart; a file that has more is no
// table.
const mostFound = 1000

// Infer finds out which columns files have, in the order in which they first
// occur. Malformed lines, and files that a Scan would refuse as a whole, count
// for nothing.
func Infer(ctx context.Context, files []File, limits Limits) ([]FoundColumn, error) {
	return InferFirst(ctx, files, limits, 0)
}

// errEnough ends the reading of a file when all columns are known.
var errEnough = errors.New("all columns are known")

// InferFirst is Infer of the lines up to the one after which a number of columns
// is known, or of all lines if the number is 0. Names and order are those of Infer
// if the files have no more; types and numbers of rows are those of these lines.
func InferFirst(ctx context.Context, files []File, limits Limits, columns int) ([]FoundColumn, error) {
	f := finder{at: map[string]int{}, line: limits.withDefaults().Line, enough: columns}
	for _, file := range files {
		look, err := LookAt(ctx, file, limits)
		if err != nil {
			return nil, err
		}
		if look.Reject != "" {
			continue
		}
		f.rest, f.tooLong = f.rest[:0], false
		err = Unpack(ctx, file, limits, &f)
		if changed := (*ChangedError)(nil); err != nil && (!errors.Is(err, errEnough) || errors.As(err, &changed)) {
			return nil, err
		}
		if f.isDone() {
			break
		}
		f.end()
	}
	return f.columns(), nil
}

// kinds are the kinds of values that a column has, as bits.
type kinds uint8

const (
	wholeKind kinds = 1 << iota
	fractionKind
	textKind
	truthKind
	listKind
	objectKind
)

func (k kinds) String() string {
	var names []string
	for _, kind := range []struct {
		is   bool
		name string
	}{
		{k&wholeKind != 0 && k&fractionKind == 0, "bigint"},
		{k&fractionKind != 0, "double"},
		{k&textKind != 0, "string"},
		{k&truthKind != 0, "boolean"},
		{k&listKind != 0, "array"},
		{k&objectKind != 0, "struct"},
	} {
		if kind.is {
			names = append(names, kind.name)
		}
	}
	if len(names) == 0 {
		return "null"
	}
	return strings.Join(names, " or ")
}

// finder is a writer of JSON lines that notes their keys.
type finder struct {
	found   []keyFound
	at      map[string]int // by the key as it is written, escapes and all
	rest    []byte         // of a line whose end was not written yet
	line    int            // the longest line that counts
	tooLong bool           // the line that is being written
	values  []value        // of the line that is being read
	enough  int            // the number of columns after which no line is read; 0: all are read
}

func (f *finder) isDone() bool { return f.enough > 0 && len(f.found) >= f.enough }

type keyFound struct {
	raw   []byte
	name  string
	kinds kinds
	rows  int64
}

type value struct {
	column int
	kind   kinds
}

func (f *finder) columns() []FoundColumn {
	columns := make([]FoundColumn, len(f.found))
	for i, k := range f.found {
		columns[i] = FoundColumn{k.name, k.kinds.String(), k.rows}
	}
	return columns
}

func (f *finder) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		if f.isDone() {
			return 0, errEnough
		}
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			if f.tooLong = f.tooLong || len(f.rest)+len(b) > f.line; !f.tooLong {
				f.rest = append(f.rest, b...)
			}
			break
		}
		line := b[:i]
		b = b[i+1:]
		if len(f.rest) > 0 || f.tooLong {
			f.rest = append(f.rest, line...)
			f.end()
			continue
		}
		f.read(line)
	}
	return n, nil
}

// end reads the last line, which no line feed ends.
func (f *finder) end() {
	if !f.tooLong {
		f.read(f.rest)
	}
	f.rest, f.tooLong = f.rest[:0], false
}

// read notes the keys of a line, if it is one object.
func (f *finder) read(line []byte) {
	b := blanks(bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")))
	if len(b) == 0 || b[0] != '{' {
		return
	}
	f.values = f.values[:0]
	for b = blanks(b[1:]); len(b) > 0 && b[0] != '}'; {
		rest, ok := f.member(b)
		if !ok {
			return
		}
		if b = blanks(rest); len(b) > 0 && b[0] == ',' {
			b = blanks(b[1:])
		}
	}
	if len(b) == 0 || len(blanks(b[1:])) > 0 {
		return
	}
	for _, v := range f.values {
		if v.column >= 0 && v.kind != 0 {
			f.found[v.column].kinds |= v.kind
			f.found[v.column].rows++
		}
	}
}

// member notes the key and the value that b begins with.
func (f *finder) member(b []byte) (rest []byte, ok bool) {
	key, rest, ok := quotedText(b)
	if !ok {
		return nil, false
	}
	if rest = blanks(rest); len(rest) == 0 || rest[0] != ':' {
		return nil, false
	}
	kind, rest, ok := anyValue(blanks(rest[1:]))
	if ok {
		f.values = append(f.values, value{f.column(key), kind})
	}
	return rest, ok
}

// column finds the number of a key; -1: there are too many.
func (f *finder) column(key []byte) int {
	if guess := len(f.values); guess < len(f.found) && bytes.Equal(f.found[guess].raw, key) {
		return guess
	}
	if i, known := f.at[string(key)]; known {
		return i
	}
	if len(f.found) == mostFound {
		return -1
	}
	name := string(key)
	var plain string
	if json.Unmarshal([]byte(`"`+name+`"`), &plain) == nil {
		name = plain
	}
	f.at[string(key)] = len(f.found)
	f.found = append(f.found, keyFound{raw: bytes.Clone(key), name: name})
	return len(f.found) - 1
}

func blanks(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t' || b[0] == '\r') {
		b = b[1:]
	}
	return b
}

// quotedText returns what stands between the quotes that b begins with.
func quotedText(b []byte) (inside, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '"' {
		return nil, nil, false
	}
	for i := 1; ; {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return nil, nil, false
		}
		i += n
		slashes := 0
		for b[i-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return b[1:i], b[i+1:], true
		}
		i++
	}
}

// anyValue steps over the value that b begins with. A null has no kind.
func anyValue(b []byte) (kind kinds, rest []byte, ok bool) {
	if len(b) == 0 {
		return 0, nil, false
	}
	switch b[0] {
	case '"':
		_, rest, ok = quotedText(b)
		return textKind, rest, ok
	case '{', '[':
		kind = objectKind
		if b[0] == '[' {
			kind = listKind
		}
		rest, ok = nestedEnd(b)
		return kind, rest, ok
	}
	end := bytes.IndexAny(b, ",} \t\r")
	if end <= 0 {
		return 0, nil, false
	}
	switch word := b[:end]; {
	case string(word) == "null":
		return 0, b[end:], true
	case string(word) == "true" || string(word) == "false":
		return truthKind, b[end:], true
	case word[0] != '-' && (word[0] < '0' || word[0] > '9'):
		return 0, nil, false
	case bytes.ContainsAny(word, ".eE"):
		return fractionKind, b[end:], true
	default:
		return wholeKind, b[end:], true
	}
}

// nestedEnd steps over the array or object that b begins with.
func nestedEnd(b []byte) (rest []byte, ok bool) {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			_, after, closed := quotedText(b[i:])
			if !closed {
				return nil, false
			}
			i = len(b) - len(after) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return b[i+1:], true
			}
		}
	}
	return nil, false
}
