package diagnose

import (
	"context"
	"fmt"
	"maps"
)

// proof is a query that shows a mistake on a few rows, which it gives itself.
type proof struct {
	Given             []given
	Derived           []derived
	Correct, Mistaken string
	Columns           []string
}

type given struct {
	Name    string
	Columns []typed
	Rows    [][]*string // values as text; nil: null
}

type derived struct{ Name, SQL string }

// prove adds the witness as a query to a cause. The values of the witness are
// masked: if the mistake has no effect on those, there is no query.
func (s *small) prove(ctx context.Context, cause *Cause, mistaken string) error {
	p := proof{Columns: s.l.common()}
	for _, t := range s.landing {
		g := given{Name: t.Name, Columns: typedColumns(t)}
		for _, w := range cause.Witness {
			if w.Role == Given && w.Table == t.Name {
				g.Rows = valuesOf(g.Columns, w.Rows)
			}
		}
		p.Given = append(p.Given, g)
	}
	for _, t := range s.derived {
		text, err := s.renamed(ctx, t.Transform.SQL, nil)
		if err != nil {
			return err
		}
		p.Derived = append(p.Derived, derived{t.Name, pretty(text)})
	}
	p.Correct, p.Mistaken = pretty(s.text), pretty(mistaken)
	query := statement("proof.sql", p)
	_, rows, err := s.bench.Rows(ctx, query)
	if err != nil {
		return quiet(ctx, err)
	}
	results := map[any]map[string]int{"correct": {}, "with the mistake": {}}
	for _, row := range rows {
		results[row[0]][fmt.Sprint(row[1:])]++
	}
	if !maps.Equal(results["correct"], results["with the mistake"]) {
		cause.ProofSQL = query
	}
	return nil
}

// valuesOf are the values of rows in the order of the columns.
func valuesOf(columns []typed, rows []map[string]any) [][]*string {
	var all [][]*string
	for _, row := range rows {
		var one []*string
		for _, c := range columns {
			var value *string
			if v := row[c.Name]; v != nil {
				text := fmt.Sprint(v)
				value = &text
			}
			one = append(one, value)
		}
		all = append(all, one)
	}
	return all
}
