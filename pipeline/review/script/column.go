package script

import (
	"strings"

	"stedi/pipeline/review/sparksql"
)

// aliasCall marks a column expression with an alias: alias(x, 'name').
const aliasCall = "alias"

func columnItem(c column) sparksql.Item {
	if call, ok := c.expr.(*sparksql.Call); ok && call.Name == aliasCall && len(call.Args) == 2 {
		if l, ok := call.Args[1].(*sparksql.Literal); ok {
			return sparksql.Item{Expr: call.Args[0], Alias: l.Text}
		}
	}
	if s, ok := c.expr.(*sparksql.Column); ok && s.Name == "*" {
		return sparksql.Item{Expr: &sparksql.Star{Qualifier: s.Qualifier, Frame: s.Frame}}
	}
	return sparksql.Item{Expr: c.expr}
}

// windowSpec is Window.partitionBy(…).orderBy(…).
type windowSpec struct{ window sparksql.Window }

func (*windowSpec) value() {}

func (w *windowSpec) extend(e *evaluator, attr string, a *callArgs) value {
	next := *w
	for _, v := range spread(a.pos) {
		var x sparksql.Expr
		switch v := v.(type) {
		case text:
			x = sqlColumn(v.s, a.line, -1)
		case column:
			x = v.expr
		default:
			return unknown{"Window"}
		}
		switch attr {
		case "partitionBy":
			next.window.Partition = append(next.window.Partition, x)
		case "orderBy":
			next.window.Order = append(next.window.Order, x)
		}
	}
	if attr != "partitionBy" && attr != "orderBy" {
		e.problem(a.line, "Window."+attr+" is not understood")
	}
	return &next
}

// columnFunctions are the functions of pyspark.sql.functions that are
// understood, and of which a text argument is the name of a column.
var columnFunctions = map[string]bool{
	"lower": true, "upper": true, "trim": true, "ltrim": true, "rtrim": true, "length": true, "abs": true, "count": true, "first": true, "last": true,
	"max": true, "min": true, "sum": true, "avg": true, "mean": true, "coalesce": true, "to_date": true, "to_timestamp": true, "from_unixtime": true,
	"year": true, "month": true, "hash": true, "sha2": true, "md5": true, "concat": true, "isnull": true, "row_number": true, "rank": true,
	"dense_rank": true, "current_timestamp": true, "current_date": true, "round": true, "floor": true, "ceil": true, "monotonically_increasing_id": true,
	"unix_timestamp": true, "date_format": true, "initcap": true, "countdistinct": true, "count_distinct": true, "collect_list": true, "collect_set": true, "stddev": true, "stddev_samp": true,
	"variance": true, "var_samp": true, "approx_count_distinct": true, "date_trunc": true, "timestamp_millis": true,
	"concat_ws": true, "input_file_name": true, "isnan": true, "hour": true, "minute": true, "second": true, "dayofmonth": true, "dayofweek": true,
	"dayofyear": true, "weekofyear": true, "quarter": true, "date_add": true, "date_sub": true, "datediff": true, "months_between": true,
	"substring": true, "regexp_replace": true, "regexp_extract": true, "split": true, "lpad": true, "rpad": true, "translate": true, "reverse": true,
	"format_number": true, "instr": true, "sqrt": true, "exp": true, "log": true, "pow": true, "greatest": true, "least": true, "struct": true,
	"to_json": true, "array": true, "uuid": true, "rand": true, "xxhash64": true, "crc32": true, "hex": true, "base64": true,
}

// columnFunction is a call such as F.col("x").
func (e *evaluator) columnFunction(fn string, a *callArgs) (value, bool) { //nolint:cyclop // one case for each function
	switch fn {
	case "col", "column":
		if t, ok := a.arg("col", 0).(text); ok {
			return column{sqlColumn(t.s, a.line, -1)}, true
		}
	case "lit":
		if x, ok := literal(a.arg("col", 0)); ok {
			return column{x}, true
		}
	case "expr":
		t, _ := a.arg("str", 0).(text)
		if x, err := sparksql.ParseExpr(t.s); err == nil {
			return column{x}, true
		}
	case "when":
		c, ok := a.arg("condition", 0).(column)
		v, isValue := literal(a.arg("value", 1))
		if ok && isValue {
			return column{&sparksql.Case{Whens: [][2]sparksql.Expr{{c.expr, v}}}}, true
		}
	case "broadcast":
		if f, ok := a.arg("df", 0).(frame); ok {
			return f, true
		}
	case "desc", "asc":
		if t, ok := a.arg("col", 0).(text); ok {
			return column{&sparksql.Sorted{X: sqlColumn(t.s, a.line, -1), Desc: fn == "desc"}}, true
		}
	}
	if fn = strings.ToLower(fn); columnFunctions[fn] && len(a.frames()) == 0 {
		return e.columnCall(fn, a)
	}
	return nil, false
}

func (e *evaluator) columnCall(fn string, a *callArgs) (value, bool) {
	call := &sparksql.Call{Name: fn}
	if fn == "countdistinct" || fn == "count_distinct" {
		call.Name, call.Distinct = "count", true
	}
	for i, v := range append(append([]value{}, a.pos...), a.named.values...) {
		t, isText := v.(text)
		if isText && (i == 0 && fn != "concat_ws" && fn != "date_trunc" || i == 1 && fn == "date_trunc" || fn == "coalesce" || fn == "concat" || fn == "concat_ws" && i > 0) {
			call.Args = append(call.Args, itemOf(t.s, a.line).Expr)
			continue
		}
		x, ok := literal(v)
		if !ok {
			return nil, false
		}
		call.Args = append(call.Args, x)
	}
	return column{call}, true
}

// columnMethod is a method of a column expression.
func (e *evaluator) columnMethod(of column, attr string, a *callArgs) value { //nolint:cyclop // one case for each function
	switch attr {
	case "isNotNull", "isNull":
		return column{&sparksql.IsNull{X: of.expr, Not: attr == "isNotNull"}}
	case "alias", "name":
		return column{&sparksql.Call{Name: aliasCall, Args: []sparksql.Expr{of.expr, &sparksql.Literal{Kind: "string", Text: a.text("alias", 0)}}}}
	case "cast", "astype":
		if t, ok := a.arg("dataType", 0).(text); ok {
			return column{&sparksql.Cast{X: of.expr, Type: strings.ToLower(t.s)}}
		}
		if t := strings.ToLower(strings.TrimSuffix(baseName(a.arg("dataType", 0)), "Type")); t != "" {
			return column{&sparksql.Cast{X: of.expr, Type: strings.Replace(strings.Replace(t, "long", "bigint", 1), "integer", "int", 1)}}
		}
	case "isin":
		if c, ok := a.arg("cols", 0).(cell); ok && len(a.pos) == 1 {
			return e.gathered(of.expr, c)
		}
		in := &sparksql.In{X: of.expr}
		for _, v := range spread(a.pos) {
			x, ok := literal(v)
			if !ok {
				return unknown{"isin"}
			}
			in.List = append(in.List, x)
		}
		return column{in}
	case "between":
		low, okLow := literal(a.arg("lowerBound", 0))
		high, okHigh := literal(a.arg("upperBound", 1))
		if okLow && okHigh {
			return column{&sparksql.Between{X: of.expr, Low: low, High: high}}
		}
	case "like", "rlike":
		return column{&sparksql.Like{X: of.expr, Pattern: &sparksql.Literal{Kind: "string", Text: a.text("other", 0)}, Op: attr}}
	case "eqNullSafe":
		if x, ok := literal(a.arg("other", 0)); ok {
			return column{&sparksql.Binary{Op: "<=>", Left: of.expr, Right: x}}
		}
	case "over":
		call, isCall := of.expr.(*sparksql.Call)
		w, isWindow := a.arg("window", 0).(*windowSpec)
		if isCall && isWindow {
			c := *call
			c.Over = &w.window
			return column{&c}
		}
	case "otherwise":
		c, isCase := of.expr.(*sparksql.Case)
		if v, ok := literal(a.arg("value", 0)); ok && isCase {
			next := *c
			next.Else = v
			return column{&next}
		}
	case "asc", "desc", "asc_nulls_last", "desc_nulls_last":
		return column{&sparksql.Sorted{X: of.expr, Desc: strings.HasPrefix(attr, "desc")}}
	}
	return unknown{"." + attr}
}
