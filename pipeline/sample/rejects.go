package sample

import "strings"

// Fault is a defect of a line because of which a strict reader rejects it.
type Fault string

// The faults that Options.Rejects uses in rotation.
const (
	Truncated        Fault = "truncated"
	DuplicateKey     Fault = "duplicate_key"
	StringForNumber  Fault = "string_for_number"
	Fraction         Fault = "fraction"
	Boolean          Fault = "boolean"
	NestedValue      Fault = "nested_value"
	NaN              Fault = "nan"
	TrailingComma    Fault = "trailing_comma"
	TwoObjects       Fault = "two_objects"
	InvalidUTF8      Fault = "invalid_utf8"
	OutOfRange       Fault = "out_of_range" // 2^63
	NoObject         Fault = "no_object"
	DuplicateKeyCase Fault = "duplicate_key_case" // the same key in another case
	TooLong          Fault = "too_long"           // over 1 MiB; at most one line per lake
)

// faults has a length without a common divisor with the number of tables, so
// every table eventually gets every fault.
var faults = [...]Fault{
	Truncated, DuplicateKey, StringForNumber, Fraction, Boolean, NestedValue, NaN,
	TrailingComma, TwoObjects, InvalidUTF8, OutOfRange, NoObject, DuplicateKeyCase,
}

// Reject is a line that a strict reader rejects. File is relative to the lake,
// with slashes. Line counts from 1, including blank lines, and in a compressed
// file it counts the uncompressed lines.
type Reject struct {
	File string `json:"file"`
	Line int64  `json:"line"`
	Kind Fault  `json:"kind"`
}

// spoiler distributes the bad lines of a table evenly over its regular rows. A
// bad line is derived from the row before it.
type spoiler struct {
	table   int
	rows    int64 // regular rows of the whole table
	rejects int64 // number of rejects to write
	seen    int64 // regular rows so far
	made    []Reject
}

func (s *spoiler) follow(w *writer, row []byte) {
	s.seen++
	for due := (s.seen*s.rejects + s.rows/2) / s.rows; int64(len(s.made)) < due; {
		// The rotation of the faults spans all tables.
		turn := s.table + len(landing)*len(s.made)
		fault := faults[turn%len(faults)]
		if turn == len(faults) {
			fault = TooLong
		}
		w.spoil(row, fault)
		s.made = append(s.made, Reject{File: w.name, Line: w.line + 1, Kind: fault})
		w.endBadLine()
	}
}

// maxLine is the longest line that is not TooLong.
const maxLine = 1 << 20

// noNumber lists the text in place of an integer for each fault.
var noNumber = map[Fault]string{
	StringForNumber: `"1704110400000"`,
	Fraction:        "1704110400000.5",
	Boolean:         "false",
	NestedValue:     `{"ms":1704110400000}`,
	OutOfRange:      "9223372036854775808",
}

// spoil writes a row with a fault.
func (w *writer) spoil(row []byte, fault Fault) {
	w.add(row[:len(row)-1])
	switch key := w.columns.keys[0]; fault {
	case Truncated:
		w.cut(len(row) / 2)
	case DuplicateKey:
		w.cut(1).text(",").text(key).text(`"twice"}`)
	case DuplicateKeyCase:
		w.cut(1).text(",").text(strings.ToUpper(key)).text(`"twice"}`)
	case NaN:
		w.set(w.columns.real, "NaN")
	case TrailingComma:
		w.cut(1).text(",}")
	case TwoObjects:
		w.add(row[:len(row)-1])
	case InvalidUTF8:
		w.set(key, "\"Ren\xe9\"")
	case NoObject:
		w.cut(len(row) - 1).text("null")
	case TooLong:
		w.cut(1).text(`,"note":"`)
		// The digits vary so that the compressed file does not look like a
		// bomb.
		for n := uint64(1); len(w.buf)-w.start < maxLine; n *= 0x9E3779B97F4A7C15 {
			w.digits(n, 20)
		}
		w.text(`"}`)
	default:
		w.set(w.columns.number, noNumber[fault])
	}
	w.text("\n")
}
