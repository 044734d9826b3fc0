package definition

import (
	"fmt"
	"slices"
	"strings"

	"stedi/pipeline"
)

// order sorts the tables so that each comes after its upstream tables,
// the landing tables first, names deciding between equals.
func (l *loader) order() error {
	var sorted []*pipeline.Table
	state := map[*pipeline.Table]int{} // 1: being visited, 2: placed
	var trail []string
	var place func(t *pipeline.Table) error
	place = func(t *pipeline.Table) error {
		switch state[t] {
		case 2:
			return nil
		case 1:
			start := slices.Index(trail, t.Name)
			return l.noteTable(t, &Error{File: t.File, Message: "a table cannot depend on itself: " + strings.Join(append(trail[start:], t.Name), " <- ")})
		}
		state[t] = 1
		trail = append(trail, t.Name)
		inputs, err := l.inputs(t)
		if err != nil {
			return err
		}
		for _, input := range inputs {
			if err := place(input); err != nil {
				return err
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
	slices.SortStableFunc(sorted, func(a, b *pipeline.Table) int { return rank(a) - rank(b) })
	l.lake.Tables = sorted
	return nil
}

// inputs returns the tables that a transform reads. A table with a noted error
// is left out.
func (l *loader) inputs(t *pipeline.Table) ([]*pipeline.Table, error) {
	if t.Transform == nil {
		return nil, nil
	}
	var inputs []*pipeline.Table
	for i, name := range t.Transform.Inputs {
		input := l.tables[strings.ToLower(name)]
		switch {
		case input != nil:
			t.Transform.Inputs[i] = input.Name
			inputs = append(inputs, input)
		case !l.broken[strings.ToLower(name)]:
			if err := l.noteTable(t, l.missing(t, name)); err != nil {
				return nil, err
			}
		}
	}
	return inputs, nil
}

func rank(t *pipeline.Table) int {
	if t.IsLanding() {
		return 0
	}
	return 1
}

// missing returns the error for a transform that reads an undefined table.
func (l *loader) missing(t *pipeline.Table, name string) error {
	var known []string
	for _, other := range l.lake.Tables {
		known = append(known, other.Name)
	}
	offset := strings.Index(strings.ToLower(t.Transform.SQL), strings.ToLower(name))
	return fault(t.File, &pipeline.SQLError{
		Line:    LineAt(t.Transform.SQL, offset),
		Message: fmt.Sprintf("reads %q, which the definition does not have (it has %s)", name, strings.Join(known, ", ")),
	})
}
