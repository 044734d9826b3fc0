package diagnose

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"stedi/pipeline"
)

// unknown says what the differing rows have in common, and names no cause.
func (s *session) unknown(ctx context.Context, l *loaded, found *Table) (Cause, error) {
	c := Cause{
		ID: "unknown", Certainty: Unknown, Title: "No known mistake explains the difference", Witness: []Witness{},
		Fix: fmt.Sprintf("Compare the rows: stedi why %s --output json lists some of them.", l.table.Name),
	}
	if l.rejected > 0 {
		c.Cause = "The table cannot be read completely, so its rows were not compared."
		return c, nil
	}
	c.Fix = "Look at the rows below, and at the SQL that built the table."
	var says []string
	changed, err := s.changed(ctx, l, found)
	if err != nil {
		return c, err
	}
	if changed != "" {
		says = append(says, changed)
	} else {
		for _, side := range []struct {
			rows int64
			noun string
		}{{found.MissingRows, "missing row"}, {found.ExtraRows, "extra row"}} {
			if side.rows == 0 {
				continue
			}
			trait, err := s.trait(ctx, l, side.noun == "missing row", side.rows)
			if err != nil {
				return c, err
			}
			says = append(says, pipeline.Counted(side.rows, side.noun)+": "+trait)
		}
	}
	c.Cause = strings.Join(says, "; ") + "."
	c.Witness, err = s.differing(ctx, l)
	return c, err
}

// changed recognises rows that differ from the correct ones in one column.
func (s *session) changed(ctx context.Context, l *loaded, found *Table) (string, error) {
	if found.ExtraRows != found.MissingRows || found.ExtraRows == 0 {
		return "", nil
	}
	columns := l.common()
	for _, c := range columns {
		others := slices.DeleteFunc(slices.Clone(columns), func(d string) bool { return d == c })
		if len(others) == 0 {
			continue
		}
		n, err := s.number(ctx, statement("changed.sql", fill{Table: diffName + l.table.Name, Columns: others}))
		if err != nil {
			return "", err
		}
		if n == 0 {
			if found.ExtraRows == 1 {
				return "1 row has another value in the column " + c, nil
			}
			return fmt.Sprintf("%d rows have other values in the column %s", found.ExtraRows, c), nil
		}
	}
	return "", nil
}

// trait describes what the missing or the extra rows have in common and no
// other row has.
func (s *session) trait(ctx context.Context, l *loaded, missing bool, rows int64) (string, error) {
	var shared string
	for _, c := range l.common() {
		_, found, err := s.bench.Rows(ctx, statement("trait.sql", side(l, missing, c)))
		if err != nil {
			return "", err
		}
		t := traitOf(found[0])
		one, exact := t.says(c, s.masks(l.table, c))
		switch {
		case one == "":
		case exact:
			return "all have " + one + ", and no other row has", nil
		case shared == "" && rows > 1:
			shared = "all have " + one
		}
	}
	groups, err := s.groups(ctx, l, missing, rows)
	if err != nil || groups != "" {
		return groups, err
	}
	if shared != "" {
		return shared, nil
	}
	return "they have nothing in common that other rows do not have", nil
}

// groups recognises rows that are all rows of some values of a column, such as
// those of some people.
func (s *session) groups(ctx context.Context, l *loaded, missing bool, rows int64) (string, error) {
	for _, c := range l.common() {
		_, found, err := s.bench.Rows(ctx, statement("groups.sql", side(l, missing, c)))
		if err != nil {
			return "", err
		}
		values, overlap, all := integer(found[0][0]), integer(found[0][1]), integer(found[0][2])
		if values > 0 && overlap == 0 && values < rows && values < all {
			return fmt.Sprintf("they are all rows of %d of %d values of %s", values, all, c), nil
		}
	}
	return "", nil
}

// side are the differing rows that are missing, or those that are extra, and
// the table that has them along with others.
func side(l *loaded, missing bool, column string) fill {
	f := fill{Table: diffName + l.table.Name, Of: l.table.Name, Column: column, Other: "<"}
	if missing {
		f.Of, f.Other = rightName+l.table.Name, ">"
	}
	return f
}

// common is what the values of a column are in some rows, and in the others.
type common struct {
	nulls, otherNulls int64
	rows, others      int64
	distinct          int64
	low, high         any
	matches           int64 // of the others, rows with the same single value
	negatives         int64
	otherNegatives    int64
	number            bool
	below, above      bool // all values are below, or above, those of the other rows
}

func traitOf(row []any) common {
	return common{
		rows: integer(row[0]), nulls: integer(row[1]), distinct: integer(row[2]), low: row[3], high: row[4],
		others: integer(row[5]), otherNulls: integer(row[6]), matches: integer(row[7]),
		negatives: integer(row[8]), otherNegatives: integer(row[9]), number: row[10] == true,
		below: row[11] == true, above: row[12] == true,
	}
}

// says puts the trait into words. It is exact if no other row has it.
func (t common) says(column string, masked bool) (what string, exact bool) {
	if sign := t.sign(); sign != "" && t.nulls == 0 {
		return column + sign, true
	}
	switch {
	case t.rows == 0:
		return "", false
	case t.nulls == t.rows:
		return column + " IS NULL", t.otherNulls == 0
	case t.nulls > 0:
		return "", false
	case t.distinct == 1 && masked:
		return "the same value of " + column, t.matches == 0
	case t.distinct == 1:
		return fmt.Sprintf("%s = %v", column, t.low), t.matches == 0
	case masked || t.others == t.otherNulls:
		return "", false
	case t.below:
		return fmt.Sprintf("%s <= %v", column, t.high), true
	case t.above:
		return fmt.Sprintf("%s >= %v", column, t.low), true
	}
	return "", false
}

// sign recognises numbers that have another sign than all others.
func (t common) sign() string {
	others := t.others - t.otherNulls
	switch {
	case !t.number || t.rows == 0:
		return ""
	case t.negatives == t.rows && t.otherNegatives == 0:
		return " < 0"
	case t.negatives == 0 && others > 0 && t.otherNegatives == others:
		return " >= 0"
	}
	return ""
}

// masks tells whether values of a column are hidden: those that identify a
// person, and every text, which may.
func (s *session) masks(t *pipeline.Table, name string) bool {
	if s.o.ShowPersonal {
		return false
	}
	if s.identifies(name) {
		return true
	}
	c := (&loaded{table: t}).column(name)
	return c == nil || pipeline.ResultType(c.Type) == "VARCHAR"
}

// mostDiffering is how many differing rows are shown of each kind.
const mostDiffering = 3

// differing shows some of the rows that differ.
func (s *session) differing(ctx context.Context, l *loaded) ([]Witness, error) {
	var all []Witness
	for _, side := range []struct {
		role Role
		sign string
	}{{Correct, ">"}, {Mistaken, "<"}} {
		columns, rows, err := s.bench.Rows(ctx, statement("differing.sql", fill{Table: diffName + l.table.Name, Columns: l.common(), Other: side.sign, N: mostDiffering}))
		if err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			all = append(all, Witness{side.role, l.table.Name, s.masked(l.table, columns, rows)})
		}
	}
	return all, nil
}

// masked makes objects of rows, without the values that identify a person.
func (s *session) masked(t *pipeline.Table, columns []string, rows [][]any) []map[string]any {
	all := make([]map[string]any, 0, len(rows))
	for _, row := range rows {
		one := map[string]any{}
		for i, c := range columns {
			one[c] = plainValue(row[i])
			if row[i] != nil && row[i] != "" && s.masks(t, c) {
				one[c] = s.mask(c, row[i])
			}
		}
		all = append(all, one)
	}
	return all
}
