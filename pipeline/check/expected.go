package check

import (
	"context"

	"stedi/pipeline"
)

// Asked returns the checks that an engine evaluates in place: those of the
// definition, and the searches for personal data. With guards, it includes those
// that a run evaluates before it publishes.
func Asked(lake *pipeline.Lake, guards bool) []*pipeline.Check {
	var all []*pipeline.Check
	for _, c := range lake.Checks {
		if guards || !c.Guard {
			all = append(all, c)
		}
	}
	everyTable := func(*pipeline.Table) bool { return true }
	isText := func(c pipeline.Column) bool {
		shape := c.Type.Shape()
		return shape.IsText()
	}
	return append(all, searchesOf(lake, everyTable, isText)...)
}

// Reads returns the tables that each check reads.
func Reads(asked []*pipeline.Check) [][]string {
	reads := make([][]string, len(asked))
	for n, c := range asked {
		reads[n] = c.Inputs
	}
	return reads
}

// countsChecks is an engine that answers some checks while it counts the rows of
// their tables.
type countsChecks interface {
	CountsCheck(rule *pipeline.Check) bool
}

// Expected returns what the inspection is expected to use of a service; nil if
// that is not known. With counts, it counts the rows of all tables first.
func (i *Inspection) Expected(ctx context.Context, estimator pipeline.Estimator, counts bool) *pipeline.Estimate {
	if estimator == nil {
		return nil
	}
	var reads [][]string
	for _, t := range i.Lake.Tables {
		if counts && len(i.Files[t.Name]) > 0 && !i.wasRead(t) {
			reads = append(reads, []string{t.Name})
		}
	}
	engine, _ := i.Engine.(countsChecks)
	for _, c := range Asked(i.Lake, true) {
		if counts && engine != nil && engine.CountsCheck(c) || !i.isAsked(c) {
			continue
		}
		reads = append(reads, c.Inputs)
	}
	expected, err := estimator.Queries(ctx, reads)
	if err != nil {
		return nil // a check that needs the table meets the error again
	}
	return expected
}

// isAsked reports whether the engine has to evaluate a check: all of its tables
// are there, and its result is not known.
func (i *Inspection) isAsked(c *pipeline.Check) bool {
	if !i.concerns(c.Table) {
		return false
	}
	for _, name := range c.Inputs {
		if len(i.Files[name]) == 0 {
			return false
		}
	}
	_, found := i.Found[c.Name]
	return !found && !i.isCached(c)
}
