package replay

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"stedi/pipeline/review/script"
	"stedi/pipeline/review/sparksql"
)

func cast(x typed, to string, line int) (typed, error) {
	k, ok := sparkTypes[to]
	switch {
	case to == "timestamp" && isNumber(x.kind):
		return typed{sql: "make_timestamp(CAST(" + x.sql + " * 1000000 AS BIGINT))", kind: kTime}, nil
	case to == "timestamp":
		k, ok = kTime, true
	}
	if k == kDate && isNumber(x.kind) {
		return x, fails(line, "Spark cannot cast a %s to a date", x.kind)
	}
	if out, is := whole(x, to); is {
		return out, nil
	}
	if !ok {
		return x, unsupported(line, "a cast of %s to %s is not supported", x.kind, to)
	}
	if k == kWhole && x.kind == kDate {
		return x, unsupported(line, "a cast of %s to %s is not supported", x.kind, to)
	}
	return typed{sql: "TRY_CAST(" + x.sql + " AS " + duckTypes[k] + ")", kind: k, col: x.col}, nil
}

// whole casts numbers, texts and times to whole numbers.
func whole(x typed, to string) (typed, bool) {
	size := bits[to]
	sql := ""
	switch {
	case sparkTypes[to] != kWhole:
	case x.kind == kWhole && size > 0:
		sql = fmt.Sprintf("(((%s + %d) & %d) - %d)", x.sql, 1<<(size-1), 1<<size-1, 1<<(size-1))
	case x.kind == kText && size > 0:
		sql = fmt.Sprintf("CAST(TRY_CAST(%s AS INT%d) AS BIGINT)", x.sql, size/8)
	case x.kind == kReal:
		sql = "TRY_CAST(trunc(" + x.sql + ") AS BIGINT)"
	case x.kind == kTime:
		sql = seconds(x.sql)
	}
	return typed{sql: sql, kind: kWhole}, sql != ""
}

// bits are the sizes of the whole numbers that are shorter than a bigint. Spark
// keeps the last bits of a longer number; a text that does not fit is NULL.
var bits = map[string]int{"int": 32, "integer": 32, "smallint": 16, "short": 16}

// seconds are those of a time since 1970, rounded down. DuckDB's epoch is a
// double, which is too short where milliseconds were taken for seconds.
func seconds(time string) string {
	us := "epoch_us(" + time + ")"
	return "((" + us + " - ((" + us + " % 1000000 + 1000000) % 1000000)) // 1000000)"
}

// opaque is the column for an expression that computes one value of each row and
// is not understood; false if it may decide how many rows there are.
func (t *translator) opaque(e sparksql.Expr, err error) (column, bool) {
	f, ok := errors.AsType[*failure](err)
	if !ok || !f.rowwise || isAggregate(e) {
		return column{}, false
	}
	t.remark(f.line, "%s: the value is not computed, the rows do not depend on it", f.text)
	return column{kind: kUnknown, id: t.b.id(), lost: f}, true
}

// passed returns a column that is named alone and is not understood.
func (s *scope) passed(e sparksql.Expr) (*scoped, bool) {
	ref, ok := e.(*sparksql.Column)
	if !ok {
		return nil, false
	}
	c, err := s.find(ref)
	return c, err == nil && c.lost != nil
}

func (t *translator) addColumn(n *script.Node, in *relation, s *scope) (*relation, error) {
	x, err := t.expr(n.Items[0].Expr, s)
	added, lost := t.opaque(n.Items[0].Expr, err)
	switch {
	case lost:
		added.name, x.sql = n.Items[0].Alias, "NULL"
	case err != nil:
		return nil, err
	default:
		added = column{name: n.Items[0].Alias, kind: x.kind, id: t.b.id()}
	}
	cols := slices.Clone(in.cols)
	refs := make([]string, len(cols))
	at := in.find(added.name)
	for i := range cols {
		refs[i] = "i." + quote(cols[i].sql)
	}
	if len(at) > 0 {
		for _, i := range at {
			cols[i], refs[i] = added, x.sql
		}
	} else {
		cols, refs = append(cols, added), append(refs, x.sql)
	}
	cols = unique(cols)
	for i := range refs {
		refs[i] += " AS " + quote(cols[i].sql)
	}
	return t.step(n, in, cols, "SELECT "+strings.Join(refs, ", ")+" FROM "+quote(in.cte)+" AS i"), nil
}
