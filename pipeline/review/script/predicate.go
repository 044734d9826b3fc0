package script

// Lambda is the predicate of a Filter node: an expression of Python.
type Lambda struct {
	Body Predicate
	Text string // the source text
	Line int
}

// Predicate is a Python expression of a lambda: one of the types below.
type Predicate interface{ predicate() }

// The predicates.
type (
	// Field is row["name"], or row.get("name") with its default.
	Field struct {
		Name    string
		Get     bool
		Default *Const // nil: None
	}
	// Text is str(field), without blanks at its ends.
	Text struct{ Field Field }
	// Const is a constant: string, number, boolean or none.
	Const struct{ Kind, Text string }
	// Compare is a comparison: == != < <= > >= is, is not, in, not in.
	Compare struct {
		Op          string
		Left, Right Predicate
	}
	// List is a list of constants, for in.
	List struct{ Items []Const }
	// Logical is and, or.
	Logical struct {
		Op          string
		Left, Right Predicate
	}
	// Negation is not.
	Negation struct{ X Predicate }
	// Has is "name" in row.
	Has struct{ Name string }
	// Match is re.match or re.search.
	Match struct {
		Pattern string
		X       Predicate
		Search  bool
	}
)

func (*Field) predicate()    {}
func (*Text) predicate()     {}
func (*Const) predicate()    {}
func (*Compare) predicate()  {}
func (*List) predicate()     {}
func (*Logical) predicate()  {}
func (*Negation) predicate() {}
func (*Match) predicate()    {}
func (*Has) predicate()      {}
