package replay

import (
	"fmt"
	"strings"

	"stedi/pipeline/review/sparksql"
)

type typed struct {
	sql  string
	kind kind
	col  *column // if it is a plain column
}

// expr translates an expression.
func (t *translator) expr(e sparksql.Expr, s *scope) (typed, error) { //nolint:cyclop // one case for each form
	switch e := e.(type) {
	case *sparksql.Column:
		c, err := s.find(e)
		if err != nil {
			return typed{}, err
		}
		if c.lost != nil {
			return typed{}, c.lost
		}
		return typed{c.ref, c.kind, &c.column}, nil
	case *sparksql.Literal:
		return constant(e), nil
	case *sparksql.Binary:
		return t.binary(e, s)
	case *sparksql.Unary:
		x, err := t.expr(e.X, s)
		if e.Op == "not" {
			return typed{sql: "(NOT " + truth(x) + ")", kind: kBool}, err
		}
		return typed{sql: "(-" + numeric(x) + ")", kind: wider(x.kind, kWhole)}, err
	case *sparksql.IsNull:
		x, err := t.expr(e.X, s)
		if e.Not {
			return typed{sql: "(" + x.sql + " IS NOT NULL)", kind: kBool}, err
		}
		return typed{sql: "(" + x.sql + " IS NULL)", kind: kBool}, err
	case *sparksql.In:
		return t.in(e, s)
	case *sparksql.Exists:
		sub, err := t.subquery(e.Query, s)
		return typed{sql: "EXISTS (" + sub.sql + ")", kind: kBool}, err
	case *sparksql.Between:
		return t.between(e, s)
	case *sparksql.Like:
		return t.like(e, s)
	case *sparksql.Case:
		return t.caseOf(e, s)
	case *sparksql.Cast:
		x, err := t.expr(e.X, s)
		if err != nil {
			return x, err
		}
		return cast(x, e.Type, s.line)
	case *sparksql.Scalar:
		sub, err := t.subquery(e.Query, s)
		if err == nil && len(sub.cols) != 1 {
			err = fails(s.line, "a subquery returns more than one column")
		}
		if err != nil {
			return typed{}, err
		}
		return typed{sql: "(" + sub.sql + ")", kind: sub.cols[0].kind}, nil
	case *sparksql.Call:
		return t.call(e, s)
	case *sparksql.Sorted:
		x, err := t.expr(e.X, s)
		if e.Desc {
			x.sql += " DESC"
		}
		return x, err
	}
	return typed{}, unsupported(s.line, "an expression of the SQL is not supported")
}

func constant(l *sparksql.Literal) typed {
	switch l.Kind {
	case "string":
		return typed{sql: quoteText(l.Text), kind: kText}
	case "number":
		if strings.Trim(l.Text, "-0123456789") == "" && len(l.Text) < 19 {
			return typed{sql: l.Text, kind: kWhole}
		}
		return typed{sql: "TRY_CAST(" + quoteText(l.Text) + " AS DOUBLE)", kind: kReal}
	case "boolean":
		return typed{sql: l.Text, kind: kBool}
	}
	return typed{sql: "NULL", kind: kNull}
}

func truth(x typed) string {
	switch x.kind {
	case kBool:
		return x.sql
	case kNull:
		return "CAST(NULL AS BOOLEAN)"
	default:
		return "TRY_CAST(" + x.sql + " AS BOOLEAN)"
	}
}

func numeric(x typed) string {
	if x.kind == kText {
		return "TRY_CAST(" + x.sql + " AS DOUBLE)"
	}
	return x.sql
}

func isNumber(k kind) bool { return k == kWhole || k == kReal }

func wider(a, b kind) kind {
	if a == kWhole && b == kWhole {
		return kWhole
	}
	return kReal
}

func (t *translator) pair(a, b sparksql.Expr, s *scope) (x, y typed, err error) {
	if x, err = t.expr(a, s); err != nil {
		return x, y, err
	}
	y, err = t.expr(b, s)
	return x, y, err
}

func (t *translator) binary(e *sparksql.Binary, s *scope) (typed, error) {
	x, y, err := t.pair(e.Left, e.Right, s)
	if err != nil {
		return typed{}, err
	}
	switch e.Op {
	case "and", "or":
		return typed{sql: "(" + truth(x) + " " + strings.ToUpper(e.Op) + " " + truth(y) + ")", kind: kBool}, nil
	case "||":
		return typed{sql: "(CAST(" + x.sql + " AS VARCHAR) || CAST(" + y.sql + " AS VARCHAR))", kind: kText}, nil
	case "+", "-", "*", "%":
		if !isNumber(x.kind) && x.kind != kText || !isNumber(y.kind) && y.kind != kText {
			return typed{}, unsupported(s.line, "arithmetic on %s and %s is not supported", x.kind, y.kind)
		}
		return typed{sql: "(" + numeric(x) + " " + e.Op + " " + numeric(y) + ")", kind: wider(x.kind, y.kind)}, nil
	case "/":
		return typed{sql: "(CAST(" + numeric(x) + " AS DOUBLE) / NULLIF(" + numeric(y) + ", 0))", kind: kReal}, nil
	}
	return compare(e.Op, x, y, s.line)
}

// compare compares as Spark does: of a text and a number the text is converted,
// and what cannot be converted is NULL.
func compare(op string, x, y typed, line int) (typed, error) {
	if op == "<=>" {
		op = "IS NOT DISTINCT FROM"
	}
	l, r, ok := common(x, y)
	if !ok {
		return typed{}, unsupported(line, "a comparison of %s with %s is not supported", x.kind, y.kind)
	}
	return typed{sql: "(" + l + " " + op + " " + r + ")", kind: kBool}, nil
}

var duckTypes = map[kind]string{kText: "VARCHAR", kWhole: "BIGINT", kReal: "DOUBLE", kBool: "BOOLEAN", kDate: "DATE", kTime: "TIMESTAMP"}

func common(x, y typed) (l, r string, ok bool) {
	switch {
	case x.kind == y.kind && x.kind != kUnknown, x.kind == kNull, y.kind == kNull, isNumber(x.kind) && isNumber(y.kind):
		return x.sql, y.sql, true
	case x.kind == kText && duckTypes[y.kind] != "":
		return "TRY_CAST(" + x.sql + " AS " + duckTypes[y.kind] + ")", y.sql, true
	case y.kind == kText && duckTypes[x.kind] != "":
		return x.sql, "TRY_CAST(" + y.sql + " AS " + duckTypes[x.kind] + ")", true
	case (x.kind == kDate || x.kind == kTime) && (y.kind == kDate || y.kind == kTime):
		return "CAST(" + x.sql + " AS TIMESTAMP)", "CAST(" + y.sql + " AS TIMESTAMP)", true
	}
	return "", "", false
}

func (t *translator) in(e *sparksql.In, s *scope) (typed, error) {
	x, err := t.expr(e.X, s)
	if err != nil {
		return x, err
	}
	not := ""
	if e.Not {
		not = "NOT "
	}
	if e.Query != nil {
		sub, err := t.subquery(e.Query, s)
		if err != nil {
			return x, err
		}
		if len(sub.cols) != 1 {
			return x, fails(s.line, "the subquery of IN has %d columns", len(sub.cols))
		}
		t.note(&Join{Kind: "in", On: [][2]string{{fieldOf(x.col), fieldOf(&sub.cols[0])}}, Left: tableOf(x.col), Right: tableOf(&sub.cols[0])}, s.line)
		left, query := x.sql, sub.sql
		if k := sub.cols[0].kind; x.kind != k && (!isNumber(x.kind) || !isNumber(k)) {
			left = "CAST(" + left + " AS VARCHAR)"
			query = fmt.Sprintf("SELECT CAST(%s AS VARCHAR) FROM (%s) AS q", quote(sub.cols[0].sql), query)
		}
		return typed{sql: "(" + left + " " + not + "IN (" + query + "))", kind: kBool}, nil
	}
	var parts []string
	for _, item := range e.List {
		y, err := t.expr(item, s)
		if err != nil {
			return x, err
		}
		c, err := compare("=", x, y, s.line)
		if err != nil {
			return x, err
		}
		parts = append(parts, c.sql)
	}
	return typed{sql: "(" + not + "(" + strings.Join(parts, " OR ") + "))", kind: kBool}, nil
}

func (t *translator) between(e *sparksql.Between, s *scope) (typed, error) {
	low, err := t.binary(&sparksql.Binary{Op: ">=", Left: e.X, Right: e.Low}, s)
	if err != nil {
		return low, err
	}
	high, err := t.binary(&sparksql.Binary{Op: "<=", Left: e.X, Right: e.High}, s)
	sql := "(" + low.sql + " AND " + high.sql + ")"
	if e.Not {
		sql = "(NOT " + sql + ")"
	}
	return typed{sql: sql, kind: kBool}, err
}

func (t *translator) like(e *sparksql.Like, s *scope) (typed, error) {
	x, y, err := t.pair(e.X, e.Pattern, s)
	if err != nil {
		return x, err
	}
	sql := "(CAST(" + x.sql + " AS VARCHAR) LIKE " + y.sql + ")"
	if e.Op == "rlike" {
		l, ok := e.Pattern.(*sparksql.Literal)
		if !ok || !portable(l.Text) {
			return x, unsupported(s.line, "this regular expression is not supported")
		}
		sql = "regexp_matches(CAST(" + x.sql + " AS VARCHAR), " + y.sql + ")"
	}
	if e.Not {
		sql = "(NOT " + sql + ")"
	}
	return typed{sql: sql, kind: kBool}, nil
}

// portable tells whether a regular expression means the same in Python, Java
// and RE2.
func portable(pattern string) bool {
	return !strings.Contains(pattern, "(?") && !strings.ContainsAny(pattern, "\\\n") && len(pattern) < 200
}

func (t *translator) caseOf(e *sparksql.Case, s *scope) (typed, error) {
	var b strings.Builder
	b.WriteString("CASE")
	result := typed{kind: kNull}
	merge := func(x typed) error {
		switch {
		case x.kind == kNull, x.kind == result.kind:
		case result.kind == kNull:
			result.kind = x.kind
		case isNumber(x.kind) && isNumber(result.kind):
			result.kind = kReal
		default:
			return unsupported(s.line, "CASE with values of different types is not supported")
		}
		return nil
	}
	for _, w := range e.Whens {
		condition := w[0]
		if e.Of != nil {
			condition = &sparksql.Binary{Op: "=", Left: e.Of, Right: condition}
		}
		c, v, err := t.pair(condition, w[1], s)
		if err == nil {
			err = merge(v)
		}
		if err != nil {
			return result, err
		}
		b.WriteString(" WHEN " + truth(c) + " THEN " + v.sql)
	}
	if e.Else != nil {
		v, err := t.expr(e.Else, s)
		if err == nil {
			err = merge(v)
		}
		if err != nil {
			return result, err
		}
		b.WriteString(" ELSE " + v.sql)
	}
	result.sql = "(" + b.String() + " END)"
	return result, nil
}

// sparkTypes maps the names of types to kinds.
var sparkTypes = map[string]kind{
	"string": kText, "varchar": kText, "char": kText, "bigint": kWhole, "long": kWhole, "int": kWhole, "integer": kWhole, "smallint": kWhole, "short": kWhole,
	"double": kReal, "float": kReal, "decimal": kReal, "boolean": kBool, "date": kDate,
}
