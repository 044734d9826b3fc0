package ndjson

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// heading matches a cell of a table's header line.
var heading = regexp.MustCompile(`^"?[\pL_][\pL\pN_ .()/-]*"?$`)

// delimited detects lines of values with a delimiter between them.
func (p *parser) delimited(lines [][]byte) form {
	for _, d := range []struct {
		c    byte
		name string
	}{{',', "CSV"}, {'\t', "TSV"}, {';', "values with semicolons between them"}, {'|', "values with bars between them"}} {
		columns := cells(lines[0], d.c)
		same := 0
		for _, line := range lines {
			if len(cells(line, d.c)) == len(columns) {
				same++
			}
		}
		if len(columns) < 2 || 10*same < 9*len(lines) {
			continue
		}
		headed := true
		for _, cell := range columns {
			headed = headed && heading.Match(bytes.TrimSpace(cell))
		}
		switch {
		case headed:
			return form{what: d.name + " with a header", filter: p.fromDelimited(d.c, ""), stdin: true}
		case len(columns) > 2 && len(lines) > 1 && same == len(lines):
			f := form{what: d.name + " without a header", stdin: true}
			if len(columns) != len(p.fields) {
				f.do = "convert it to JSON lines with the keys of the table"
				return f
			}
			f.filter = p.fromDelimited(d.c, ", "+p.names())
			return f
		}
	}
	return jsonLines
}

// cells splits a line at the delimiters outside double quotes.
func cells(line []byte, delimiter byte) [][]byte {
	var all [][]byte
	quoted, start := false, 0
	for i, c := range line {
		switch {
		case c == '"':
			quoted = !quoted
		case c == delimiter && !quoted:
			all = append(all, line[start:i])
			start = i + 1
		}
	}
	return append(all, line[start:])
}

// word matches a column name that needs no quotes in SQL, sed, Python and a
// shell.
var word = regexp.MustCompile(`^[A-Za-z0-9_]+$`)

// names formats the columns in order as a Python list.
func (p *parser) names() string {
	return p.list(func(*field) bool { return true })
}

// list formats the names of the wanted columns as a Python list.
func (p *parser) list(wanted func(*field) bool) string {
	var names []string
	for i := range p.fields {
		if f := &p.fields[i]; wanted(f) && word.MatchString(f.name) {
			names = append(names, fmt.Sprintf("%q", f.name))
		}
	}
	return "[" + strings.Join(names, ", ") + "]"
}

// fromDelimited returns the command that converts delimited lines to objects.
// It keeps the spelling of numbers, writes an empty value as null, and parses
// only columns that are not strings as JSON.
func (p *parser) fromDelimited(delimiter byte, names string) string {
	plain := strings.ToLower(p.list(func(f *field) bool { return !f.kind.quoted() }))
	return `python3 -c 'import csv, json, sys; plain = ` + plain +
		`; [print("{" + ", ".join(json.dumps(k) + ": " + ("null" if not v else v.lower() if k.lower() in plain else json.dumps(v))` +
		` for k, v in row.items()) + "}") for row in csv.DictReader(open(0, encoding="utf-8-sig", newline="")` +
		names + fmt.Sprintf(`, delimiter=%q`, string(delimiter)) + `)]'`
}
