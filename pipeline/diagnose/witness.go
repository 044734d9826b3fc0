package diagnose

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"stedi/pipeline"
)

// miniName is the prefix of the tables of a small lake, in which the rows of a
// witness are searched.
const (
	miniName = "stedi_mini_"
	nearName = "stedi_near_"
)

const (
	mostSeeds     = 4 // differing rows that a search begins with
	nearRows      = 8 // rows of a landing table that are taken for it at a time
	hops          = 3 // how often the keys of rows lead to others
	witnessRows   = 6 // shown of each result
	leastWitness  = 20 * time.Second
	witnessTimes  = 2
	valuesTable   = "stedi_values"
	correctResult = miniName + "correct"
	wrongResult   = miniName + "wrong"
)

// small is a small lake: some rows of the landing tables, and what transforms
// return on them.
type small struct {
	*hunt

	landing []*pipeline.Table
	derived []*pipeline.Table
	inputs  []*pipeline.Table  // what the transform or the candidate reads
	rows    map[string][]int64 // row ids, by landing table
	end     time.Time
}

// witness finds the fewest landing rows on which a candidate and the transform
// differ.
func (h *hunt) witness(ctx context.Context, c candidate, cause *Cause, best bool) error {
	if !best || h.l.rejected > 0 || h.unproved {
		return nil
	}
	tree, err := h.bench.Tree(ctx, c.query)
	if err != nil {
		return quiet(ctx, err)
	}
	s := &small{hunt: h, rows: map[string][]int64{}, end: time.Now().Add(max(leastWitness, witnessTimes*h.each))}
	ok, err := s.prepare(ctx, tree)
	if err != nil {
		return quiet(ctx, err)
	}
	for seed := 0; ok && seed < mostSeeds; seed++ {
		if err := s.grow(ctx, seed); err != nil {
			return quiet(ctx, err)
		}
		differs, err := s.differs(ctx)
		if err != nil {
			return quiet(ctx, err)
		}
		if differs {
			if err := s.show(ctx, cause); err != nil {
				return err
			}
			return s.prove(ctx, cause, c.query)
		}
	}
	// The mistake is not one of SQL on these rows: show what it led to.
	cause.Witness, err = h.differing(ctx, h.l)
	return err
}

// prepare makes the derived tables of the small lake, as views. It is not ok if
// the candidate reads files in another way than the lake does.
func (s *small) prepare(ctx context.Context, tree node) (ok bool, err error) {
	read, ok := s.tablesIn(tree)
	if !ok {
		return false, nil
	}
	needed := map[string]bool{}
	s.lake.AddUpstream(s.l.table, needed)
	for _, name := range read {
		needed[name] = true
		s.lake.AddUpstream(s.lake.Table(name), needed)
	}
	read = append(read, s.l.table.Transform.Inputs...)
	other := map[string]string{}
	for _, t := range s.lake.Tables {
		if needed[t.Name] {
			other[t.Name] = miniName + t.Name
		}
		if slices.Contains(read, t.Name) {
			s.inputs = append(s.inputs, t)
		}
	}
	for _, t := range s.lake.Tables {
		switch {
		case !needed[t.Name]:
		case t.IsLanding():
			s.landing = append(s.landing, t)
			if err := s.take(ctx, t, nil); err != nil {
				return false, err
			}
		default:
			s.derived = append(s.derived, t)
			if err := s.view(ctx, miniName+t.Name, t.Transform.SQL, other); err != nil {
				return false, err
			}
		}
	}
	if err := s.view(ctx, correctResult, s.l.table.Transform.SQL, other); err != nil {
		return false, err
	}
	retarget(tree, other)
	wrong, err := s.bench.Text(ctx, tree)
	if err != nil {
		return false, err
	}
	return true, s.bench.Exec(ctx, statement("view.sql", fill{Table: wrongResult, SQL: wrong}))
}

// tablesIn lists the tables of the lake that a candidate reads. It is not ok if
// the candidate reads others.
func (s *small) tablesIn(tree node) (read []string, ok bool) {
	ok = true
	walk(tree, nil, func(n node, _ route) {
		name := strings.ToLower(text(n["table_name"]))
		if t := s.lake.Table(name); n["type"] == "BASE_TABLE" && t != nil {
			read = append(read, t.Name)
		}
		ok = ok && !strings.HasPrefix(name, "stedi_")
	})
	return read, ok
}

func (s *small) view(ctx context.Context, name, query string, other map[string]string) error {
	renamed, err := s.renamed(ctx, query, other)
	if err != nil {
		return err
	}
	return s.bench.Exec(ctx, statement("view.sql", fill{Table: name, SQL: renamed}))
}

// cut lets a landing table of the small lake have some rows.
func (s *small) cut(ctx context.Context, t *pipeline.Table, rows []int64) error {
	return s.bench.Exec(ctx, statement("mini.sql", fill{Table: miniName + t.Name, Of: nearName + t.Name, Columns: columnNames(t), IDs: rows}))
}

// take copies rows of a landing table, from which the small lake has its own.
func (s *small) take(ctx context.Context, t *pipeline.Table, rows []int64) error {
	if err := s.bench.Exec(ctx, statement("near_rows.sql", fill{Table: nearName + t.Name, Of: t.Name, IDs: rows})); err != nil {
		return err
	}
	return s.cut(ctx, t, rows)
}

// grow takes the landing rows that are near a differing row: those that share
// most values with it, and those that share keys with these.
func (s *small) grow(ctx context.Context, seed int) error {
	f := fill{Table: valuesTable, Of: diffName + s.l.table.Name, Columns: s.l.common(), N: int64(seed)}
	if err := s.bench.Exec(ctx, statement("values.sql", f)); err != nil {
		return err
	}
	clear(s.rows)
	for hop := range hops {
		for _, t := range s.landing {
			columns := columnNames(t)
			if keys := s.keysOf(t); hop > 0 && len(keys) > 0 {
				columns = keys
			}
			_, found, err := s.bench.Rows(ctx, statement("near.sql", fill{Table: t.Name, Of: valuesTable, Columns: columns, N: nearRows}))
			if err != nil {
				return err
			}
			for _, row := range found {
				if id := integer(row[0]); !slices.Contains(s.rows[t.Name], id) {
					s.rows[t.Name] = append(s.rows[t.Name], id)
				}
			}
		}
		for _, t := range s.landing {
			if len(s.rows[t.Name]) == 0 {
				continue
			}
			columns := s.keysOf(t)
			if len(columns) == 0 {
				columns = columnNames(t)
			}
			if err := s.bench.Exec(ctx, statement("more_values.sql", fill{Table: valuesTable, Of: t.Name, Columns: columns, IDs: s.rows[t.Name]})); err != nil {
				return err
			}
		}
	}
	for _, t := range s.landing {
		if err := s.take(ctx, t, s.rows[t.Name]); err != nil {
			return err
		}
	}
	return nil
}

// keysOf are the columns of a landing table that lead to rows of others.
func (s *small) keysOf(t *pipeline.Table) []string {
	var keys []string
	for _, c := range t.Columns {
		if c.Key {
			keys = append(keys, c.Name)
		}
	}
	return keys
}

// differs tells whether both transforms differ on the small lake.
func (s *small) differs(ctx context.Context) (bool, error) {
	n, err := s.number(ctx, statement("unlike.sql", fill{Table: correctResult, Other: wrongResult, Columns: s.l.common()}))
	return n > 0, err
}

// shrink leaves out every row without which both still differ: first many at a
// time, then one by one.
func (s *small) shrink(ctx context.Context) error {
	for _, t := range s.landing {
		for size := len(s.rows[t.Name]); size > 0; size /= 2 {
			for from := 0; from < len(s.rows[t.Name]); {
				if time.Now().After(s.end) {
					return nil
				}
				all := s.rows[t.Name]
				fewer := slices.Delete(slices.Clone(all), from, min(from+size, len(all)))
				if err := s.cut(ctx, t, fewer); err != nil {
					return err
				}
				differs, err := s.differs(ctx)
				if err != nil {
					return err
				}
				if differs {
					s.rows[t.Name] = fewer
					continue
				}
				if err := s.cut(ctx, t, all); err != nil {
					return err
				}
				from += size
			}
		}
	}
	return nil
}

// show makes the witness of the rows that are left.
func (s *small) show(ctx context.Context, cause *Cause) error {
	if err := s.shrink(ctx); err != nil {
		return err
	}
	for _, t := range s.landing {
		rows, err := s.read(ctx, t, miniName+t.Name, columnNames(t), len(s.rows[t.Name]))
		if err != nil {
			return err
		}
		if len(rows) > 0 {
			cause.Witness = append(cause.Witness, Witness{Given, t.Name, rows})
		}
	}
	for _, result := range []struct {
		role Role
		name string
	}{{Correct, correctResult}, {Mistaken, wrongResult}} {
		rows, err := s.read(ctx, s.l.table, result.name, s.l.common(), witnessRows)
		if err != nil {
			return err
		}
		cause.Witness = append(cause.Witness, Witness{result.role, s.l.table.Name, rows})
	}
	if !s.o.Fixtures {
		return nil
	}
	return s.fixture(ctx, cause)
}

func (s *small) read(ctx context.Context, t *pipeline.Table, name string, columns []string, most int) ([]map[string]any, error) {
	names, rows, err := s.bench.Rows(ctx, statement("first.sql", fill{Table: name, Columns: columns, N: int64(most)}))
	if err != nil {
		return nil, err
	}
	return s.masked(t, names, rows), nil
}

// fixture writes the small lake as a fixture of the transform. The fixture also
// gives the tables that only the candidate reads: without their rows SQL with the
// mistake would return what is expected.
func (s *small) fixture(ctx context.Context, cause *Cause) error {
	type fixture struct {
		Name     string                      `json:"name"`
		Profiles []string                    `json:"profiles,omitempty"`
		Given    map[string][]map[string]any `json:"given"`
		Expect   []map[string]any            `json:"expect"`
	}
	f := fixture{Name: "not: " + cause.Title, Profiles: s.lake.Profiles, Given: map[string][]map[string]any{}}
	for _, t := range s.inputs {
		rows, err := s.read(ctx, t, miniName+t.Name, columnNames(t), fixtureRows)
		if err != nil {
			return err
		}
		f.Given[t.Name] = rows
	}
	var err error
	if f.Expect, err = s.read(ctx, s.l.table, correctResult, columnNames(s.l.table), fixtureRows); err != nil {
		return err
	}
	encoded, err := json.MarshalIndent([]fixture{f}, "", "  ")
	if err != nil {
		return fmt.Errorf("fixture: %w", err)
	}
	cause.Fixture = string(encoded) + "\n"
	return nil
}

// fixtureRows bounds the rows of a table in a fixture.
const fixtureRows = 1000
