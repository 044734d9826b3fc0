// Package ndjson reads and writes JSON lines strictly: columns in, columns out.
//
// The reader parses every line once, straight into column vectors of a layout
// that the caller owns, and refuses whatever does not mean exactly what the
// columns say. The writer makes JSON lines from the same kind of vectors.
// Both are pure functions on bytes: they know no engine, no lake and no screen.
package ndjson

// Type is the type of a column.
type Type uint8

// The types that a landing table may have, named as in Athena's DDL.
const (
	String  Type = iota // UTF-8 text
	Boolean             // true or false
	Int                 // 32-bit integer
	Bigint              // 64-bit integer
	Double              // 64-bit float, always finite
)

// String returns the name that Athena's DDL uses for the type.
func (t Type) String() string {
	return [...]string{"string", "boolean", "int", "bigint", "double"}[t]
}

// Column is one column of a table.
type Column struct {
	Name string // as its producer spells it; names are compared without ASCII case
	Type Type
	Key  bool // a key column must occur in every file, though single rows may leave it out
}
