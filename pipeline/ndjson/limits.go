package ndjson

import "fmt"

// Limits bound the input that a reader accepts and the rejects that it keeps. A
// zero field means the default.
type Limits struct {
	Line        int   // bytes of a line without its line feed; 1 MiB
	Depth       int   // nesting depth of objects and arrays; 64
	Ratio       int64 // maximal ratio of uncompressed to compressed size; 200
	Rejects     int   // rejected lines to keep; 1,000,000
	RejectBytes int64 // bytes of rejected lines to keep; 64 MiB
}

func (l Limits) withDefaults() Limits {
	set := func(field *int, value int) {
		if *field == 0 {
			*field = value
		}
	}
	set(&l.Line, 1<<20)
	set(&l.Depth, 64)
	set(&l.Rejects, 1_000_000)
	if l.Ratio == 0 {
		l.Ratio = 200
	}
	if l.RejectBytes == 0 {
		l.RejectBytes = 64 << 20
	}
	return l
}

func (l Limits) lineReason() string { return fmt.Sprintf("a line longer than %d bytes", l.Line) }

func (l Limits) depthReason() string { return fmt.Sprintf("nested deeper than %d levels", l.Depth) }

// tally holds the counts of one thread for a part of a file.
type tally struct {
	rows     int64
	rejected int64
	lost     int64   // bytes of the rejected lines, without the truncated ones
	text     int64   // bytes of a stream
	whole    bool    // a line had every column
	present  []bool  // the columns that occurred in a line
	variants []int64 // keys in another case, for each column
	strange  int64   // keys that are not a column
	names    names
}

func newTally(columns int) tally {
	return tally{present: make([]bool, columns), variants: make([]int64, columns)}
}

// addKeys counts the keys of an accepted line.
func (t *tally) addKeys(variants []int, unknown *nameList) {
	for _, column := range variants {
		t.variants[column]++
	}
	start := 0
	for _, end := range unknown.ends {
		t.strange++
		t.names.add(unknown.bytes[start:end], 1)
		start = end
	}
}

// merge adds another tally of the same file. It leaves out the unknown keys,
// which are counted for all files together.
func (t *tally) merge(other *tally) {
	t.rows += other.rows
	t.rejected += other.rejected
	t.lost += other.lost
	t.text += other.text
	t.strange += other.strange
	t.whole = t.whole || other.whole
	for i := range t.present {
		t.present[i] = t.present[i] || other.present[i]
		t.variants[i] += other.variants[i]
	}
}

func (t *tally) reset() {
	clear(t.present)
	clear(t.variants)
	*t = tally{present: t.present, variants: t.variants}
}
