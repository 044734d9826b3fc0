package pager

import (
	"embed"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/sqlquote"
)

// View selects columns and rows of a table, and their order.
type View struct {
	Columns []string    // in this order; empty: all
	Where   []Condition // a row must satisfy all of them
	Sort    []Order     // the most important first
}

// Condition is a condition on a row.
type Condition struct {
	Column string
	Op     Op
	Value  any // nil, a bool, an int, an int64, a float64, or a string that is converted to the column's type
	// SQL is a condition as text; if it is set, the other fields are ignored.
	// It is inserted into the query unchanged, and the Querier decides whether
	// it is allowed.
	SQL string
}

// Op compares a column with a value.
type Op uint8

// NotEqual holds for exactly the rows for which Equal does not hold, including
// nulls. Contains and StartsWith compare the text of a value, ignoring case.
const (
	Equal Op = iota
	NotEqual
	Less
	AtMost
	Greater
	AtLeast
	Contains
	StartsWith
	IsNull
	NotNull
	IsEmpty // the empty text
)

func (o Op) String() string {
	return [...]string{"=", "≠", "<", "≤", ">", "≥", "contains", "starts with", "is null", "not null", "is empty"}[o]
}

// Order sorts by a column; nulls come last either way.
type Order struct {
	Column     string
	Descending bool
}

//go:embed sql/*.sql
var sqlFolder embed.FS

var sqlFiles = sqlquote.Parse(sqlFolder)

// Select returns the query for at most limit rows of the view. Without a Sort
// it returns any rows.
func (v View) Select(table *pipeline.Table, limit int64) (string, error) {
	return v.text(table, slice{Order: v.Sort, Limit: limit})
}

// SelectCount returns the query for the number of rows of the view: one row
// with one column.
func (v View) SelectCount(table *pipeline.Table) (string, error) {
	return v.text(table, slice{Count: true})
}

// slice is the part of a view's rows that one query returns.
type slice struct {
	Order         []Order
	Reverse       bool // Order is the reversed order of the view
	Offset, Limit int64
	Count         bool
	Position      string // name of a column; set: only the positions of the rows
}

// nested matches a condition that may contain a query. Its rows can come in any
// order.
var nested = regexp.MustCompile(`(?i)\b(select|from|with|values)\b`)

func (v View) text(table *pipeline.Table, s slice) (string, error) {
	columns, err := v.Chosen(table)
	if err != nil {
		return "", err
	}
	type condition struct {
		Condition
		Literal string
	}
	where := make([]condition, len(v.Where))
	for i, c := range v.Where {
		where[i].Condition = c
		if c.SQL != "" {
			continue
		}
		column, err := find(table, c.Column)
		if err != nil {
			return "", err
		}
		where[i].Column = column.Name
		if where[i].Op, where[i].Literal, err = c.literal(table, column); err != nil {
			return "", err
		}
	}
	for _, o := range v.Sort {
		if _, err := find(table, o.Column); err != nil {
			return "", err
		}
	}
	return sqlFiles.Text("view.sql", struct {
		slice
		Table   string
		Columns []pipeline.Column
		Where   []condition
		Nested  bool // a condition may read other tables
	}{s, table.Name, columns, where, slices.ContainsFunc(v.Where, func(c Condition) bool { return nested.MatchString(c.SQL) })})
}

// Chosen returns the columns of the view in its table.
func (v View) Chosen(table *pipeline.Table) ([]pipeline.Column, error) {
	if len(v.Columns) == 0 {
		return table.Columns, nil
	}
	chosen := make([]pipeline.Column, len(v.Columns))
	for i, name := range v.Columns {
		var err error
		if chosen[i], err = find(table, name); err != nil {
			return nil, err
		}
	}
	return chosen, nil
}

func find(table *pipeline.Table, name string) (pipeline.Column, error) {
	i := slices.IndexFunc(table.Columns, func(c pipeline.Column) bool { return strings.EqualFold(c.Name, name) })
	if i >= 0 {
		return table.Columns[i], nil
	}
	return pipeline.Column{}, pipeline.Fail(pipeline.BadUsage, table.Name, columnsHint(table, name), "there is no column %q", name)
}

// columnsHint suggests a column for a name that the table does not have.
func columnsHint(table *pipeline.Table, name string) string {
	all := make([]string, len(table.Columns))
	for i, c := range table.Columns {
		all[i] = c.Name
	}
	fix := "Columns: " + strings.Join(all, ", ") + "."
	if near := pipeline.Nearest(name, all); near != "" {
		fix = "Did you mean " + near + "? " + fix
	}
	return fix
}

// literal formats the condition's value in SQL, as the column's type. Equal to
// a null value becomes IsNull.
func (c Condition) literal(table *pipeline.Table, column pipeline.Column) (Op, string, error) {
	switch c.Op {
	case IsNull, NotNull, IsEmpty:
		return c.Op, "", nil
	case Equal, NotEqual, Less, AtMost, Greater, AtLeast, Contains, StartsWith:
	}
	switch {
	case c.Value != nil && (c.Op == Contains || c.Op == StartsWith):
		return c.Op, sqlquote.ANSI.Text(fmt.Sprint(c.Value)), nil
	case c.Value != nil:
	case c.Op == Equal:
		return IsNull, "", nil
	case c.Op == NotEqual:
		return NotNull, "", nil
	}
	text, ok := literal(column.Type, c.Value)
	if !ok {
		return 0, "", pipeline.Fail(pipeline.BadUsage, table.Name, fmt.Sprintf("Compare it with a value of type %s.", column.Type),
			"column %s cannot be compared with what was given", column.Name)
	}
	return c.Op, text, nil
}

func literal(kind ndjson.Type, value any) (string, bool) {
	text := fmt.Sprint(value)
	shape := kind.Shape()
	switch {
	case shape.IsText():
		return sqlquote.ANSI.Text(text), value != nil
	case shape.Kind == ndjson.KindBoolean:
		b, err := strconv.ParseBool(text)
		return strconv.FormatBool(b), err == nil
	case shape.Kind == ndjson.KindDate, shape.Kind == ndjson.KindTimestamp:
		text, ok := shape.Time(text)
		return "CAST(" + sqlquote.ANSI.Text(text) + " AS " + strings.ToUpper(kind.String()) + ")", ok && value != nil
	case shape.Kind == ndjson.KindDecimal:
		text, ok := ndjson.Decimal(text)
		return text, ok && value != nil
	case shape.Kind == ndjson.KindFloat:
		x, err := strconv.ParseFloat(text, 64)
		// As a double, 0.1 would equal no float.
		return "CAST(" + strconv.FormatFloat(x, 'e', -1, 64) + " AS REAL)", err == nil && math.Abs(x) <= math.MaxFloat32
	case shape.IsNumber():
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return strconv.FormatInt(n, 10), true
		}
		x, err := strconv.ParseFloat(text, 64)
		// The exponent makes it a double in every dialect.
		return strconv.FormatFloat(x, 'e', -1, 64), err == nil && !math.IsInf(x, 0) && !math.IsNaN(x)
	}
	return "", false
}
