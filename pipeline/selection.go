package pipeline

import (
	"slices"
	"strings"
)

// Select resolves selectors into the tables to build, in the order of the lake:
// NAME, +NAME (with all upstream tables), NAME+ (with all downstream tables),
// zone:NAME. Without selectors it returns every derived table.
func (l *Lake) Select(names []string) ([]*Table, error) {
	chosen := map[string]bool{}
	for _, name := range names {
		if err := l.choose(name, chosen); err != nil {
			return nil, err
		}
	}
	var tables []*Table
	for _, t := range l.Tables {
		if !t.IsLanding() && (len(names) == 0 || chosen[t.Name]) {
			tables = append(tables, t)
		}
	}
	if len(tables) == 0 {
		return nil, Fail(BadUsage, "", "Add a '+' to run its downstream tables.", "%s: landing table; no transform builds it", strings.Join(names, ", "))
	}
	return tables, nil
}

func (l *Lake) choose(name string, chosen map[string]bool) error {
	if zone, ok := strings.CutPrefix(name, "zone:"); ok {
		if !slices.Contains(l.Zones(), zone) {
			return Fail(BadUsage, "", "Zones: "+strings.Join(l.Zones(), ", ")+".", "unknown zone %q", zone)
		}
		for _, t := range l.Tables {
			if t.Zone == zone {
				chosen[t.Name] = true
			}
		}
		return nil
	}
	bare, up := strings.CutPrefix(name, "+")
	bare, down := strings.CutSuffix(bare, "+")
	t := l.Table(bare)
	if t == nil {
		return l.Unknown(bare)
	}
	chosen[t.Name] = true
	if up {
		l.AddUpstream(t, chosen)
	}
	if down {
		l.feeds(t, chosen)
	}
	return nil
}

// AddUpstream adds all tables that t reads, directly or indirectly, to chosen.
func (l *Lake) AddUpstream(t *Table, chosen map[string]bool) {
	if t.Transform == nil {
		return
	}
	for _, input := range t.Transform.Inputs {
		chosen[input] = true
		l.AddUpstream(l.Table(input), chosen)
	}
}

func (l *Lake) feeds(t *Table, chosen map[string]bool) {
	for _, reader := range l.Downstream(t.Name) {
		chosen[reader.Name] = true
		l.feeds(reader, chosen)
	}
}

// Unknown returns the error for an unknown table, with the most similar name.
func (l *Lake) Unknown(name string) error {
	var names []string
	for _, t := range l.Tables {
		names = append(names, t.Name)
	}
	fix := "Tables: " + strings.Join(names, ", ") + "."
	if near := Nearest(name, names); near != "" {
		fix = "Did you mean " + near + "? " + fix
	}
	return Fail(BadUsage, "", fix, "unknown table %q", name)
}

// Nearest returns the candidate that differs from a word by the fewest typing
// errors, or "" if no candidate is close.
func Nearest(word string, candidates []string) string {
	best, distance := "", min(len(word)/3+2, len(word))
	for _, c := range candidates {
		if d := typos(strings.ToLower(word), strings.ToLower(c)); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// typos returns the Levenshtein distance between two words.
func typos(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// Named returns the tables with those names, including landing tables, in the
// order of the lake. Without names it returns all. Names are as for Select.
func (l *Lake) Named(names []string) ([]*Table, error) {
	chosen := map[string]bool{}
	for _, name := range names {
		if err := l.choose(name, chosen); err != nil {
			return nil, err
		}
	}
	var tables []*Table
	for _, t := range l.Tables {
		if len(names) == 0 || chosen[t.Name] {
			tables = append(tables, t)
		}
	}
	return tables, nil
}

// Resolve finds tables by name, in any case. One that is
// not there is a Failure that says which one may be meant.
func (l *Lake) Resolve(names []string) ([]string, error) {
	var found []string
	for _, name := range names {
		t := l.Table(name)
		if t == nil {
			return nil, l.Unknown(name)
		}
		found = append(found, t.Name)
	}
	return found, nil
}
