package script

// Lambda is the predicate of a Filter node: an expression of Python.
type Lambda struct {
	Row  string // name of the parameter
	Body Predicate
	Text string // the source text
	Line int
}

// Predicate is a Python expression of a lambda.
type Predicate interface{ predicate() }
