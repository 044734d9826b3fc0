package sparksql

import "strings"

// Tables returns the tables that a query reads, without its CTEs, each name
// once.
func Tables(q *Query) []*TableRef {
	w := &walker{seen: map[string]bool{}}
	w.query(q, nil)
	return w.found
}

type walker struct {
	seen  map[string]bool
	found []*TableRef
}

// names are the CTEs that are visible.
type names struct {
	outer *names
	name  string
}

func (n *names) has(name string) bool {
	for ; n != nil; n = n.outer {
		if strings.EqualFold(n.name, name) {
			return true
		}
	}
	return false
}

func (w *walker) query(q *Query, known *names) {
	for _, c := range q.With {
		w.query(c.Query, known)
		known = &names{known, c.Name}
	}
	w.body(q.Body, known)
}

func (w *walker) body(b Body, known *names) {
	switch b := b.(type) {
	case *Query:
		w.query(b, known)
	case *SetOperation:
		w.body(b.Left, known)
		w.body(b.Right, known)
	case *Select:
		for _, r := range b.From {
			w.relation(r, known)
		}
		for _, it := range b.Items {
			w.expr(it.Expr, known)
		}
		w.expr(b.Where, known)
		w.expr(b.Having, known)
	}
}

func (w *walker) relation(r Relation, known *names) {
	switch r := r.(type) {
	case *TableRef:
		key := strings.ToLower(r.Schema + "." + r.Name)
		if (r.Schema != "" || !known.has(r.Name)) && !w.seen[key] {
			w.seen[key] = true
			w.found = append(w.found, r)
		}
	case *Subquery:
		w.query(r.Query, known)
	case *Join:
		w.relation(r.Left, known)
		w.relation(r.Right, known)
		w.expr(r.On, known)
	}
}

func (w *walker) expr(e Expr, known *names) {
	Visit(e, func(x Expr) {
		switch x := x.(type) {
		case *In:
			if x.Query != nil {
				w.query(x.Query, known)
			}
		case *Exists:
			w.query(x.Query, known)
		case *Scalar:
			w.query(x.Query, known)
		}
	})
}

// Visit calls f for an expression and for each below it, not in subqueries.
func Visit(e Expr, f func(Expr)) {
	if e == nil {
		return
	}
	f(e)
	for _, k := range Children(e) {
		Visit(k, f)
	}
}

// Children returns the expressions of which an expression consists.
func Children(e Expr) []Expr {
	var all []Expr
	switch e := e.(type) {
	case *Call:
		all = append(all, e.Args...)
		if e.Over != nil {
			all = append(append(all, e.Over.Partition...), e.Over.Order...)
		}
	case *Binary:
		all = []Expr{e.Left, e.Right}
	case *Unary:
		all = []Expr{e.X}
	case *IsNull:
		all = []Expr{e.X}
	case *In:
		all = append([]Expr{e.X}, e.List...)
	case *Between:
		all = []Expr{e.X, e.Low, e.High}
	case *Like:
		all = []Expr{e.X, e.Pattern}
	case *Case:
		if e.Of != nil {
			all = append(all, e.Of)
		}
		for _, w := range e.Whens {
			all = append(all, w[0], w[1])
		}
		if e.Else != nil {
			all = append(all, e.Else)
		}
	case *Cast:
		all = []Expr{e.X}
	case *Sorted:
		all = []Expr{e.X}
	}
	return all
}
