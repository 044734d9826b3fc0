// Package ndjson reads and writes JSON lines strictly: columns in, columns out.
//
// The reader parses every line once, straight into column vectors of a layout
// that the caller owns, and refuses everything that does not mean exactly what the
// columns say. The writer makes JSON lines from the same kind of vectors.
// Both are pure functions on bytes: they know no engine, no lake and no screen.
package ndjson

// Column is one column of a table.
type Column struct {
	Name string // as its producer spells it; names are compared without ASCII case
	Type Type
	Key  bool // a key column must occur in every file, though single rows may leave it out
	// Reads is the JSON key that holds the column's values; empty: Name.
	Reads string
	// Exact: keys are compared with their case, here and in nested values.
	Exact bool
	// Dots: a dot in a key counts as an underscore, here and in nested values.
	Dots bool
	// Partition: no key holds the values, but the name of a folder of each
	// file, such as dt=2024-01-31.
	Partition bool
}

// reads is the JSON key of the column.
func (c Column) reads() string {
	if c.Reads != "" {
		return c.Reads
	}
	return c.Name
}

// shapesOf takes the types of columns apart.
func shapesOf(columns []Column) []Shape {
	shapes := make([]Shape, len(columns))
	for i, c := range columns {
		shapes[i] = c.Type.Shape()
	}
	return shapes
}
