// Package sparksql reads the SELECT statements of Spark SQL, in which
// submissions are written, into trees. Nothing is executed.
package sparksql

// Query is a SELECT with its CTEs.
type Query struct {
	With []CTE
	Body Body
	// OrderBy and Limit belong to the whole query.
	OrderBy []Expr
	Limit   *int64
}

// CTE is one member of a WITH.
type CTE struct {
	Name    string
	Columns []string
	Query   *Query
}

// Body is a SELECT or a set operation.
type Body interface{ body() }

// Item is one expression of a select list, with its alias.
type Item struct {
	Expr  Expr
	Alias string
}

// Expr is an expression.
type Expr interface{ expr() }
