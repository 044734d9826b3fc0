package ndjson

// Column is one column of a table.
type Column struct {
	Name string // as the producer spells it; names are compared without ASCII case
	Type Type
	Key  bool // a key column must occur in every file; a single row may omit it
	// Reads is the JSON key of the column's values. If empty, Name is the key.
	Reads string
	// Exact compares keys with their case, here and in nested values.
	Exact bool
	// Dots reads a dot in a key as an underscore, here and in nested values.
	Dots bool
	// Partition reads the values from the name of a directory of each file,
	// such as dt=2024-01-31, not from a key.
	Partition bool
}

// reads returns the JSON key of the column.
func (c Column) reads() string {
	if c.Reads != "" {
		return c.Reads
	}
	return c.Name
}

// shapesOf parses the types of the columns.
func shapesOf(columns []Column) []Shape {
	shapes := make([]Shape, len(columns))
	for i, c := range columns {
		shapes[i] = c.Type.Shape()
	}
	return shapes
}
