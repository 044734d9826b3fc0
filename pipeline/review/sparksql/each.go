package sparksql

import (
	"slices"
	"strings"
)

// EachName stands for the name of a column in the expression that a star makes
// of each. EachLower and EachUpper are that name in another case.
const (
	EachName  = "\x01"
	EachLower = "\x02"
	EachUpper = "\x03"
)

// HasEachName reports whether a text has a mark that stands for a name.
func HasEachName(s string) bool { return strings.ContainsAny(s, EachName+EachLower+EachUpper) }

// WithName puts a name in the place of its marks.
func WithName(s, name string) string {
	return strings.NewReplacer(EachName, name, EachLower, strings.ToLower(name), EachUpper, strings.ToUpper(name)).Replace(s)
}

// Keeps reports whether a star by name takes a name.
func (s *Star) Keeps(name string) bool {
	return !slices.Contains(s.Except, name) && (s.Only == nil || slices.Contains(s.Only, name))
}

// Item is what a star makes of one name.
func (s *Star) Item(name string) Item {
	if s.Each == nil {
		return Item{Expr: &Column{Name: name, Frame: -1}}
	}
	return Item{Expr: named(s.Each, name), Alias: WithName(s.As, name)}
}

// Named copies an expression with a name in the place of its marks.
func Named(e Expr, name string) Expr { return named(e, name) }

// HasMark reports whether an expression has a mark that stands for a name.
func HasMark(e Expr) bool {
	found := false
	Visit(e, func(x Expr) {
		switch x := x.(type) {
		case *Column:
			found = found || HasEachName(x.Qualifier+x.Name)
		case *Literal:
			found = found || HasEachName(x.Text)
		}
	})
	return found
}

// named copies an expression with a name in the place of its marks.
func named(e Expr, name string) Expr { //nolint:cyclop // one case for each form
	switch e := e.(type) {
	case nil:
		return nil
	case *Column:
		c := *e
		c.Qualifier, c.Name = WithName(c.Qualifier, name), WithName(c.Name, name)
		return &c
	case *Literal:
		return &Literal{e.Kind, WithName(e.Text, name)}
	case *Call:
		c := *e
		c.Args = allNamed(e.Args, name)
		if e.Over != nil {
			c.Over = &Window{allNamed(e.Over.Partition, name), allNamed(e.Over.Order, name)}
		}
		return &c
	case *Binary:
		return &Binary{e.Op, named(e.Left, name), named(e.Right, name)}
	case *Unary:
		return &Unary{e.Op, named(e.X, name)}
	case *IsNull:
		return &IsNull{named(e.X, name), e.Not}
	case *In:
		c := *e
		c.X, c.List = named(e.X, name), allNamed(e.List, name)
		return &c
	case *Between:
		return &Between{named(e.X, name), named(e.Low, name), named(e.High, name), e.Not}
	case *Like:
		return &Like{named(e.X, name), named(e.Pattern, name), e.Op, e.Not}
	case *Case:
		c := &Case{Of: named(e.Of, name), Else: named(e.Else, name)}
		for _, w := range e.Whens {
			c.Whens = append(c.Whens, [2]Expr{named(w[0], name), named(w[1], name)})
		}
		return c
	case *Cast:
		return &Cast{named(e.X, name), e.Type}
	case *Sorted:
		return &Sorted{named(e.X, name), e.Desc}
	}
	return e // a query or a star: no mark can stand in it
}

func allNamed(all []Expr, name string) []Expr {
	var out []Expr
	for _, e := range all {
		out = append(out, named(e, name))
	}
	return out
}
