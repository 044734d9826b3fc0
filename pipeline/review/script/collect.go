package script

import (
	"strconv"
	"strings"

	"stedi/pipeline/review/sparksql"
)

// rows are the rows of a frame as a Python value: what collect returns, an RDD,
// or a frame of pandas.
type rows struct{ node int }

// row is one of them while a comprehension goes through them.
type row struct{ node int }

// cell is a column of such rows, or one value of it.
type cell struct {
	node   int
	column string // "": the only one
}

func (rows) value() {}
func (row) value()  {}
func (cell) value() {}

// rowsMethod is a method of rows, or of a column of them.
func rowsMethod(of value, attr string) value {
	switch of := of.(type) {
	case rows:
		switch attr {
		case "collect", "toLocalIterator", "distinct", "cache", "persist", "toPandas":
			return of
		}
	case cell:
		switch attr {
		case "collect", "distinct", "unique", "tolist", "to_list", "drop_duplicates", "dropna", "toLocalIterator", "copy":
			return of
		}
	}
	return unknown{attr}
}

// flatten is rdd.map or rdd.flatMap: a function that returns one column, or the
// row itself.
func (e *evaluator) flatten(of rows, f *function) value {
	params, body := f.def.get("parameters"), f.def.get("body")
	if params == nil || len(params.kids) != 1 || body == nil || f.def.kind != "lambda" {
		return unknown{"rdd"}
	}
	outer := e.vars
	e.vars = &scope{vars: map[string]value{params.kids[0].text: row(of)}, outer: outer}
	v := e.eval(body)
	e.vars = outer
	switch v := v.(type) {
	case cell:
		return v
	case row:
		return cell{node: of.node}
	}
	return unknown{"rdd"}
}

// field returns a column of a row, by name or by number.
func (r row) field(key value) value {
	switch k := key.(type) {
	case text:
		return cell{r.node, k.s}
	case number:
		if n, err := strconv.Atoi(k.s); err == nil && n == 0 {
			return cell{node: r.node}
		}
	}
	return unknown{"row"}
}

// gathered is a condition for membership in collected values: IN with a query of
// the frame that they come from.
func (e *evaluator) gathered(x sparksql.Expr, c cell) value {
	name := "collected " + strconv.Itoa(c.node)
	e.gathers = append(e.gathers, View{name, c.node})
	item := sparksql.Item{Expr: &sparksql.Star{Frame: -1}}
	if c.column != "" {
		item.Expr = sqlColumn(c.column, e.line, -1)
	}
	return column{&sparksql.In{X: x, Query: &sparksql.Query{Body: &sparksql.Select{
		Items: []sparksql.Item{item}, From: []sparksql.Relation{&sparksql.TableRef{Name: name, Line: e.line}},
	}}}}
}

// gatheredIn are the views that a condition reads.
func (e *evaluator) gatheredIn(condition sparksql.Expr) (views []View) {
	sparksql.Visit(condition, func(x sparksql.Expr) {
		in, ok := x.(*sparksql.In)
		if !ok || in.Query == nil {
			return
		}
		sel, ok := in.Query.Body.(*sparksql.Select)
		if !ok || len(sel.From) != 1 {
			return
		}
		t, ok := sel.From[0].(*sparksql.TableRef)
		if !ok || !strings.HasPrefix(t.Name, "collected ") {
			return
		}
		for _, v := range e.gathers {
			if v.Name == t.Name {
				views = append(views, v)
				break
			}
		}
	})
	return views
}

// overRows is a comprehension over rows, or over one of their columns; nil if it
// is not one.
func (e *evaluator) overRows(source value, s *syntax) value {
	switch of := source.(type) {
	case rows:
		e.assign(s.kids[1].get("left"), row(of))
	case cell:
		e.assign(s.kids[1].get("left"), of)
	default:
		return nil
	}
	if c, ok := e.eval(s.get("body")).(cell); ok {
		return c
	}
	return unknown{s.kind}
}
