// Package sparksql reads the SELECT statements of Spark SQL, in which
// submissions are written, into trees. Nothing is executed.
package sparksql

// Query is a SELECT with its CTEs. The order of the rows and a LIMIT belong to
// the whole query.
type Query struct {
	With    []CTE
	Body    Body
	OrderBy []Expr
	Limit   *int64
}

// CTE is one member of a WITH.
type CTE struct {
	Name  string
	Query *Query
}

// Body is a *Select, a *SetOperation or a *Query in brackets.
type Body interface{ body() }

// Select is one SELECT.
type Select struct {
	Distinct bool
	Items    []Item
	From     []Relation // joined by commas
	Where    Expr
	Group    []Expr
	Having   Expr
}

// SetOperation is a UNION, EXCEPT or INTERSECT.
type SetOperation struct {
	Op          string // union, except, intersect
	All         bool
	Left, Right Body
}

func (*Select) body()       {}
func (*SetOperation) body() {}
func (*Query) body()        {}

// Relation is a *TableRef, a *Subquery or a *Join.
type Relation interface{ relation() }

// TableRef names a table or a view.
type TableRef struct {
	Name, Alias string // the last part of the name
	Schema      string
	Line        int
}

// Subquery is a query in a FROM.
type Subquery struct {
	Query *Query
	Alias string
}

// Join joins two relations.
type Join struct {
	Left, Right Relation
	How         string // inner, left, right, full, cross, left semi, left anti
	On          Expr
	Using       []string
	Line        int
}

func (*TableRef) relation() {}
func (*Subquery) relation() {}
func (*Join) relation()     {}

// Item is one expression of a select list, with its alias.
type Item struct {
	Expr  Expr
	Alias string
}

// Expr is an expression.
type Expr interface{ expr() }

// The expressions.
type (
	// Column names a column, perhaps of a relation. Frame is the index of a
	// node in a DataFrame expression such as a.x, and is -1 otherwise.
	Column struct {
		Qualifier, Name string
		Line, Frame     int
	}
	// Star is all columns, perhaps of a relation or of a frame. ByName means the
	// names of the frame's columns, as in select(df.columns), without those in
	// Except; Only, if it is not nil, are the names that it may have. Each is the
	// expression that is made of each name, and As its alias, with EachName in
	// the place of the name.
	Star struct {
		Qualifier    string
		Frame        int
		ByName       bool
		Except, Only []string
		// Without and Within are nodes: names that their columns have, too, are left
		// out, or only those are taken.
		Without, Within []int

		Each Expr
		As   string
	}
	// Literal is a constant: string, number, null or boolean.
	Literal struct{ Kind, Text string }
	// Call is a function.
	Call struct {
		Name     string // in lower case
		Args     []Expr
		Distinct bool
		Over     *Window
	}
	// Window is an OVER.
	Window struct {
		Partition, Order []Expr
	}
	// Binary is an operator between two values.
	Binary struct {
		Op          string // in lower case: and or = <> < <= > >= + - * / % || <=>
		Left, Right Expr
	}
	// Unary is not or -.
	Unary struct {
		Op string
		X  Expr
	}
	// IsNull is a test for NULL.
	IsNull struct {
		X   Expr
		Not bool
	}
	// In is a test for membership in a list or a query.
	In struct {
		X     Expr
		List  []Expr
		Query *Query
		Not   bool
	}
	// Exists is a test for rows.
	Exists struct{ Query *Query }
	// Between is a range test.
	Between struct {
		X, Low, High Expr
		Not          bool
	}
	// Like is LIKE or RLIKE.
	Like struct {
		X, Pattern Expr
		Op         string
		Not        bool
	}
	// Case is CASE.
	Case struct {
		Of    Expr
		Whens [][2]Expr
		Else  Expr
	}
	// Cast converts a value.
	Cast struct {
		X    Expr
		Type string
	}
	// Scalar is a query with one value.
	Scalar struct{ Query *Query }
	// Sorted is an expression of an ORDER BY, with its direction.
	Sorted struct {
		X    Expr
		Desc bool
	}
)

func (*Column) expr()  {}
func (*Star) expr()    {}
func (*Literal) expr() {}
func (*Call) expr()    {}
func (*Binary) expr()  {}
func (*Unary) expr()   {}
func (*IsNull) expr()  {}
func (*In) expr()      {}
func (*Exists) expr()  {}
func (*Between) expr() {}
func (*Like) expr()    {}
func (*Case) expr()    {}
func (*Cast) expr()    {}
func (*Scalar) expr()  {}
func (*Sorted) expr()  {}
