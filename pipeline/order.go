package pipeline

import (
	"fmt"
	"slices"
	"strings"
)

// order sorts the tables so that each comes after all that it is made from,
// the landing tables first, names deciding between equals.
func (l *loader) order() error {
	var sorted []*Table
	state := map[*Table]int{} // 1: on the way, 2: placed
	var trail []string
	var place func(t *Table) error
	place = func(t *Table) error {
		switch state[t] {
		case 2:
			return nil
		case 1:
			start := slices.Index(trail, t.Name)
			return &DefinitionError{File: t.File, Message: "a table cannot be made from itself: " + strings.Join(append(trail[start:], t.Name), " <- ")}
		}
		state[t] = 1
		trail = append(trail, t.Name)
		if t.Made != nil {
			for i, name := range t.Made.Inputs {
				input := l.tables[strings.ToLower(name)]
				if input == nil {
					return l.missing(t, name)
				}
				t.Made.Inputs[i] = input.Name
				if err := place(input); err != nil {
					return err
				}
			}
		}
		trail = trail[:len(trail)-1]
		state[t] = 2
		sorted = append(sorted, t)
		return nil
	}
	for _, t := range l.lake.Tables {
		if err := place(t); err != nil {
			return err
		}
	}
	slices.SortStableFunc(sorted, func(a, b *Table) int { return rank(a) - rank(b) })
	l.lake.Tables = sorted
	return nil
}

func rank(t *Table) int {
	if t.IsLanding() {
		return 0
	}
	return 1
}

// missing says that a transform reads a table that the definition lacks.
func (l *loader) missing(t *Table, name string) error {
	var known []string
	for _, other := range l.lake.Tables {
		known = append(known, other.Name)
	}
	offset := strings.Index(strings.ToLower(t.Made.SQL), strings.ToLower(name))
	return fault(t.File, &SQLError{
		Line:    lineAt(t.Made.SQL, offset),
		Message: fmt.Sprintf("reads %q, which no file of the definition makes (there are %s)", name, strings.Join(known, ", ")),
	})
}
