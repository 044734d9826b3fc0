package replay

import (
	"strings"

	"stedi/pipeline/review/script"
)

// lambdaReader translates the predicate of a Filter node. An expression is
// true, false or NULL, and NULL means that Python raises: Glue's filter catches
// KeyError, ValueError and TypeError, and drops the row.
type lambdaReader struct {
	t    *translator
	in   *relation
	line int
}

// lambda returns a condition that is never NULL.
func (t *translator) lambda(l *script.Lambda, in *relation) (string, error) {
	r := &lambdaReader{t, in, l.Line}
	sql, err := r.truth(l.Body)
	return "coalesce(" + sql + ", false)", err
}

const raises = "CAST(NULL AS BOOLEAN)"

// truth translates an expression as a condition.
func (r *lambdaReader) truth(p script.Predicate) (string, error) { //nolint:cyclop // one case for each form
	switch p := p.(type) {
	case *script.Logical:
		left, err := r.truth(p.Left)
		if err != nil {
			return "", err
		}
		right, err := r.truth(p.Right)
		if p.Op == "or" {
			return "(CASE WHEN " + left + " THEN true WHEN NOT " + left + " THEN " + right + " END)", err
		}
		return "(CASE WHEN NOT " + left + " THEN false WHEN " + left + " THEN " + right + " END)", err
	case *script.Negation:
		x, err := r.truth(p.X)
		return "(NOT " + x + ")", err
	case *script.Compare:
		return r.compare(p)
	case *script.Field:
		return r.field(p, func(c column, ref string) (string, error) { return truthy(c.kind, ref, r.line) }, func(c script.Const) (string, error) {
			return boolText(c.Kind != "none" && c.Text != "" && c.Text != "0" && c.Text != "False"), nil
		})
	case *script.Const:
		return boolText(p.Kind != "none" && p.Text != "" && p.Text != "0" && p.Text != "False"), nil
	case *script.Match:
		return r.match(p)
	case *script.Has:
		return r.has(p), nil
	}
	return "", unsupported(r.line, "the function of the filter is not supported")
}

func boolText(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

func truthy(k kind, ref string, line int) (string, error) {
	switch {
	case isNumber(k):
		return "(" + ref + " <> 0)", nil
	case k == kText:
		return "(" + ref + " <> '')", nil
	case k == kBool:
		return ref, nil
	}
	return "", unsupported(line, "a value of type %s as a condition is not supported", k)
}

// field translates a test of a field: present for a value, and absent for the
// constant that Python sees where there is none.
func (r *lambdaReader) field(f *script.Field, present func(column, string) (string, error), absent func(script.Const) (string, error)) (string, error) {
	missing := raises
	if f.Get || r.in.nulls {
		c := script.Const{Kind: "none"}
		if f.Get && f.Default != nil && !r.in.nulls {
			c = *f.Default
		}
		var err error
		if missing, err = absent(c); err != nil {
			return "", err
		}
	}
	at := r.in.field(f.Name)
	if len(at) == 0 {
		r.t.remark(r.line, "field %s is not in %s: the filter sees it in no row", f.Name, r.in.label)
		if !f.Get {
			return raises, nil
		}
		return missing, nil
	}
	c := r.in.cols[at[len(at)-1]]
	if c.lost != nil {
		return "", c.lost
	}
	if c.name != f.Name {
		r.t.remark(r.line, "field %s is spelt %s in the data; case is ignored", f.Name, c.name)
	}
	value, err := present(c, quote(c.sql))
	if err != nil {
		return "", err
	}
	return "(CASE WHEN " + quote(c.sql) + " IS NULL THEN " + missing + " ELSE " + value + " END)", nil
}

// compareText is a comparison of str(field) with a text: that of None is "None".
func (r *lambdaReader) compareText(op string, text *script.Text, right script.Predicate) (string, error) {
	c, ok := right.(*script.Const)
	if !ok || c.Kind != "string" || op != "==" && op != "!=" {
		return "", unsupported(r.line, "a comparison in the function of the filter is not supported")
	}
	not := map[string]string{"!=": "NOT "}[op]
	return r.field(&text.Field, func(k column, ref string) (string, error) {
		if k.kind != kText && k.kind != kWhole || k.kind == kWhole && strings.ContainsAny(c.Text, ".eE") {
			return "", unsupported(r.line, "the text of a %s is not known", k.kind)
		}
		return "(" + not + "trim(CAST(" + ref + " AS VARCHAR)) = " + quoteText(c.Text) + ")", nil
	}, func(missing script.Const) (string, error) {
		said := missing.Text
		if missing.Kind == "none" {
			said = "None"
		}
		return boolText((strings.TrimSpace(said) == c.Text) == (op == "==")), nil
	})
}

func (r *lambdaReader) compare(p *script.Compare) (string, error) {
	left, right, op := p.Left, p.Right, p.Op
	if _, ok := left.(*script.Field); !ok {
		if _, ok := right.(*script.Field); ok {
			flipped, ok := map[string]string{"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<=", "is": "is", "is not": "is not"}[op]
			if !ok {
				return "", unsupported(r.line, "the comparison %s is not supported here", op)
			}
			left, right, op = right, left, flipped
		}
	}
	if text, ok := left.(*script.Text); ok {
		return r.compareText(op, text, right)
	}
	f, ok := left.(*script.Field)
	if !ok {
		return "", unsupported(r.line, "a comparison in the function of the filter is not supported")
	}
	switch right := right.(type) {
	case *script.Const:
		return r.field(f, func(c column, ref string) (string, error) { return compareValue(op, c.kind, ref, *right, r.line) },
			func(c script.Const) (string, error) { return compareConst(op, c, *right, r.line) })
	case *script.List:
		return r.member(op, f, right)
	case *script.Field:
		return r.fields(op, f, right)
	}
	return "", unsupported(r.line, "a comparison in the function of the filter is not supported")
}

// fields compares two fields of a row.
func (r *lambdaReader) fields(op string, a, b *script.Field) (string, error) {
	if a.Get || b.Get || r.in.nulls {
		return "", unsupported(r.line, "a comparison of two fields is not supported here")
	}
	return r.field(a, func(x column, refX string) (string, error) {
		return r.field(b, func(y column, refY string) (string, error) {
			sql := map[string]string{"==": "=", "!=": "<>", "<": "<", ">": ">", "<=": "<=", ">=": ">="}[op]
			if sql == "" || x.kind != y.kind && (!isNumber(x.kind) || !isNumber(y.kind)) {
				return "", unsupported(r.line, "a comparison of %s with %s is not supported", x.kind, y.kind)
			}
			return "(" + refX + " " + sql + " " + refY + ")", nil
		}, nil)
	}, nil)
}

func (r *lambdaReader) member(op string, f *script.Field, l *script.List) (string, error) {
	if op != "in" && op != "not in" {
		return "", unsupported(r.line, "the comparison %s is not supported here", op)
	}
	any := func(test func(script.Const) (string, error)) (string, error) {
		parts := []string{"false"}
		for _, item := range l.Items {
			sql, err := test(item)
			if err != nil {
				return "", err
			}
			parts = append(parts, sql)
		}
		sql := "(" + strings.Join(parts, " OR ") + ")"
		if op == "not in" {
			sql = "(NOT " + sql + ")"
		}
		return sql, nil
	}
	return r.field(f,
		func(c column, ref string) (string, error) {
			return any(func(item script.Const) (string, error) { return compareValue("==", c.kind, ref, item, r.line) })
		},
		func(missing script.Const) (string, error) {
			return any(func(item script.Const) (string, error) { return compareConst("==", missing, item, r.line) })
		})
}

// compareValue compares a value that is there with a constant.
func compareValue(op string, k kind, ref string, c script.Const, line int) (string, error) {
	same := isNumber(k) && c.Kind == "number" || k == kText && c.Kind == "string"
	switch op {
	case "==", "is", "!=", "is not":
		if strings.HasPrefix(op, "is") && c.Kind != "none" {
			return "", unsupported(line, "the comparison %s with a value is not supported", op)
		}
		negated := op == "!=" || op == "is not"
		if !same {
			if c.Kind == "boolean" || k != kText && !isNumber(k) {
				return "", unsupported(line, "a comparison of %s with %s is not supported", k, c.Kind)
			}
			return boolText(negated), nil
		}
		sign := " = "
		if negated {
			sign = " <> "
		}
		return "(" + ref + sign + constText(c) + ")", nil
	case "<", ">", "<=", ">=":
		if !same {
			return raises, nil
		}
		return "(" + ref + " " + op + " " + constText(c) + ")", nil
	}
	return "", unsupported(line, "the comparison %s is not supported", op)
}

func constText(c script.Const) string {
	if c.Kind == "number" {
		return "TRY_CAST(" + quoteText(c.Text) + " AS DOUBLE)"
	}
	return quoteText(c.Text)
}

// compareConst compares two constants as Python does.
func compareConst(op string, a, b script.Const, line int) (string, error) {
	equal := a.Kind == b.Kind && a.Text == b.Text
	switch op {
	case "==", "is":
		return boolText(equal), nil
	case "!=", "is not":
		return boolText(!equal), nil
	}
	if a.Kind != b.Kind || a.Kind == "none" {
		return raises, nil
	}
	if a.Kind == "number" {
		return "(" + constText(a) + " " + op + " " + constText(b) + ")", nil
	}
	return "", unsupported(line, "the comparison %s of constants is not supported", op)
}

// match translates re.match, which raises on anything but a text.
func (r *lambdaReader) match(m *script.Match) (string, error) {
	f, ok := m.X.(*script.Field)
	if !ok || !portable(m.Pattern) {
		return "", unsupported(r.line, "this regular expression is not supported")
	}
	return r.field(f, func(c column, ref string) (string, error) {
		if c.kind != kText {
			return raises, nil
		}
		pattern := "^(?:" + m.Pattern + ")"
		if m.Search {
			pattern = m.Pattern
		}
		return "regexp_matches(" + ref + ", " + quoteText(pattern) + ")", nil
	}, func(c script.Const) (string, error) {
		if c.Kind == "string" {
			return "", unsupported(r.line, "a default of a regular expression is not supported")
		}
		return raises, nil
	})
}

// has translates the test whether a row has a field. A row that was a row of a
// DataFrame has all of them.
func (r *lambdaReader) has(h *script.Has) string {
	at := r.in.field(h.Name)
	switch {
	case len(at) == 0:
		return "false"
	case r.in.nulls:
		return "true"
	}
	return "(" + quote(r.in.cols[at[len(at)-1]].sql) + " IS NOT NULL)"
}
