package pipeline

import (
	"fmt"
	"slices"
	"strings"
)

// Funnel counts the rows of a transform: of each input in order, then after
// each stage, then those written.
type Funnel []StageRows

// StageRows is how many rows an input has, or come out of a stage.
type StageRows struct {
	Name string `json:"stage"`
	Rows int64  `json:"rows"`
}

// FunnelOf makes the funnel of a table. It copies the stages.
func FunnelOf(table string, inputs, stages []StageRows, written int64) Funnel {
	return append(slices.Concat(inputs, stages), StageRows{table, written})
}

// Fits tells whether the funnel has the inputs and stages of the table's
// transform, and no negative count.
func (f Funnel) Fits(t *Table) bool {
	names := append(slices.Concat(t.Transform.Inputs, t.Transform.Stages), t.Name)
	return slices.EqualFunc(f, names, func(have StageRows, want string) bool { return have.Name == want && have.Rows >= 0 })
}

// Read is the number of rows of the first input, 0 for an empty funnel.
func (f Funnel) Read() int64 {
	if len(f) == 0 {
		return 0
	}
	return f[0].Rows
}

// Written is the number of rows written, 0 for an empty funnel.
func (f Funnel) Written() int64 {
	if len(f) == 0 {
		return 0
	}
	return f[len(f)-1].Rows
}

// At is the number of rows of an input, a stage or the result; false if the
// funnel does not have it.
func (f Funnel) At(name string) (rows int64, ok bool) {
	i := slices.IndexFunc(f, func(s StageRows) bool { return s.Name == name })
	if i < 0 {
		return 0, false
	}
	return f[i].Rows, true
}

// Level is a point at which the rows of a funnel are counted.
type Level struct {
	StageRows

	Change int64 // since the previous level
	Input  bool  // the first input
	Table  bool  // the result
}

// Levels are the first input, the stages and the result, in this order. The
// other ones of the given number of inputs are returned apart: their rows do
// not flow into the next count.
func (f Funnel) Levels(inputs int) (levels Levels, others []StageRows) {
	for i, s := range f {
		switch l := (Level{StageRows: s}); {
		case i == 0:
			l.Input = true
			levels = append(levels, l)
		case i < inputs:
			others = append(others, s)
		default:
			l.Change, l.Table = s.Rows-levels[len(levels)-1].Rows, i == len(f)-1
			levels = append(levels, l)
		}
	}
	return levels, others
}

// Levels are those of the funnel of a step. A record does not hold the
// transform: the inputs are the tables of the run at the beginning of the
// funnel.
func (r *Record) Levels(s StepRecord) (levels Levels, others []StageRows) {
	inputs := 0
	for inputs < len(s.Funnel) && s.Funnel[inputs].Name != s.Table && r.Table(s.Funnel[inputs].Name) != nil {
		inputs++
	}
	return s.Funnel.Levels(inputs)
}

// Levels are what a funnel shows of the rows' way, in order.
type Levels []Level

// GreatestLoss finds the level with the greatest loss and the rows before it;
// nil if no level loses rows.
func (l Levels) GreatestLoss() (worst *Level, before int64) {
	for i := range l {
		if l[i].Change < 0 && (worst == nil || l[i].Change < worst.Change) {
			worst, before = &l[i], l[i-1].Rows
		}
	}
	return worst, before
}

// Text writes the counts in one line, such as "raw 7 → whole 6 → 4". The result
// is named only if named is set: a line under its name need not repeat it.
func (l Levels) Text(number func(int64) string, named bool) string {
	parts := make([]string, len(l))
	for i, level := range l {
		if parts[i] = number(level.Rows); named || !level.Table {
			parts[i] = fmt.Sprintf("%s %s", level.Name, parts[i])
		}
	}
	return strings.Join(parts, " → ")
}
