package ndjson

import (
	"bytes"
	"net/url"
	"path"
	"strings"
)

// nullPartition is the directory value that Hive writes for a null.
const nullPartition = "__HIVE_DEFAULT_PARTITION__"

// fixed is a partition column, whose value comes from a directory name.
type fixed struct {
	field
	value []byte // JSON with padding; from the last call of enter
}

// enter reads the values of the partition columns from a file's name. It
// returns the reason if the file is rejected.
func (p *parser) enter(file string) (reason string) {
	if p.entered == file {
		return ""
	}
	for i := range p.fixed {
		f := &p.fixed[i]
		text, found := folderValue(file, f.name)
		if !found {
			return "not in a folder named " + f.name + "=…, which holds the value of the partition column " + f.name
		}
		f.set(text)
		probe := f.field
		probe.vector = new(Vector)
		if probe.read(f.value, 0, 0, p) != len(f.value)-1-padding {
			return "in a folder " + f.name + "=… whose value does not fit " + f.shape.spell()
		}
	}
	p.entered = file
	return ""
}

// folderValue finds the directory NAME=VALUE in a path. It returns the
// innermost if there are several.
func folderValue(file, name string) (value string, found bool) {
	for folder := range strings.SplitSeq(path.Dir(file), "/") {
		key, text, ok := strings.Cut(folder, "=")
		if ok && strings.EqualFold(key, name) {
			value, found = text, true
		}
	}
	if plain, err := url.PathUnescape(value); err == nil {
		value = plain
	}
	return value, found
}

func (f *fixed) set(text string) {
	f.cached = false
	value := []byte(text)
	switch {
	case text == nullPartition:
		value = []byte("null")
	case f.kind == KindBoolean:
		value = bytes.ToLower(value)
	case f.shape.IsNumber():
		digits, negative := bytes.CutPrefix(value, []byte("-"))
		for len(digits) > 1 && digits[0] == '0' && digits[1]-'0' <= 9 {
			digits = digits[1:]
		}
		if value = digits; negative {
			value = append([]byte("-"), digits...)
		}
	default:
		// Invalid UTF-8 in a name becomes replacement characters.
		value, _ = appendString(nil, []byte(strings.ToValidUTF8(text, "\uFFFD")))
	}
	f.value = append(append(value, '\n'), make([]byte, padding)...)
}

// read is lines, and also sets the partition values of the rows.
func (p *parser) read(in *input, b []byte, start, end, row, limit int) (next, rows int, ok bool) {
	next, rows, ok = p.lines(b, start, end, row, limit)
	if len(p.fixed) > 0 {
		p.enter(in.Name) // the scan rejects a file for which enter returns a reason
	}
	for i := range p.fixed {
		for r := row; r < rows; r++ {
			p.fixed[i].read(p.fixed[i].value, 0, r, p)
		}
	}
	return next, rows, ok
}

// Misplaced returns why a file cannot belong to a table with the columns,
// judged by the directories in its path. It returns "" if it can.
func Misplaced(columns []Column, file string) (reason string) {
	return newParser(columns, Limits{}).enter(file)
}
