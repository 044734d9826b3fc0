package diagnose

import (
	"context"
	"fmt"

	"stedi/pipeline"
	"stedi/pipeline/printable"
)

// where compares every table with what its transform returns: on the upstream
// tables as they are, and if one of these is wrong, on correct ones.
func (c *counting) where(ctx context.Context) error {
	first, second := &batch{}, &batch{}
	for i := range c.report.Tables {
		if err := c.compareByCounting(ctx, &c.report.Tables[i], first, second); err != nil {
			return err
		}
	}
	if ok, err := c.mayAsk(ctx, "compare the tables with their transforms", first.questions, second.questions); err != nil || !ok {
		if err == nil {
			err = pipeline.Fail(pipeline.BadUsage, "", "Answer y, or pass --yes.", "nothing was compared")
		}
		return err
	}
	if err := c.ask(ctx, first); err != nil {
		return err
	}
	for i := range c.report.Tables {
		c.conclude(&c.report.Tables[i])
	}
	again := &batch{}
	for i, l := range second.about {
		if found := c.found[l.table.Name]; (found.State == Right || found.State == Wrong) && len(c.wrongAbove(l.table)) > 0 {
			again.add(l, second.questions[i], second.take[i])
		}
	}
	return c.ask(ctx, again)
}

// compareByCounting adds the questions about a table.
func (c *counting) compareByCounting(ctx context.Context, found *Table, first, second *batch) error {
	l := c.tables[found.Table]
	t := l.table
	if t.IsLanding() {
		if !l.present {
			found.State, found.Message = Missing, "no file in "+t.Path
			return nil
		}
		q, err := c.question(ctx, c.all(t.Name), nil)
		first.add(l, q, func(a pipeline.CountAnswer) error {
			l.rows, found.Rows, found.ExpectedRows = a.Rows, a.Rows, a.Rows
			return c.unread(found, a)
		})
		return err
	}
	if !l.present {
		found.State, found.Message = Missing, fmt.Sprintf("the table has not been built; `stedi run +%s` builds it", t.Name)
	}
	if why := c.incomparable(t); why != "" {
		if l.present {
			found.State, found.Message = Unreadable, why
		}
		return nil
	}
	q, err := c.question(ctx, t.Transform.SQL, c.missing)
	if err != nil {
		return err
	}
	if !l.present {
		first.add(l, q, func(a pipeline.CountAnswer) error {
			found.ExpectedRows = a.Rows
			return refusedOf(t, a)
		})
		return nil
	}
	columns := [][]string{columnNames(t)}
	if len(l.missing) > 0 {
		columns = append(columns, l.common())
	}
	for i, of := range columns {
		first.add(l, c.against(q, l, of), func(a pipeline.CountAnswer) error {
			if i > 0 && found.ExtraRows+found.MissingRows == 0 {
				l.missing = nil // they have no value in any row
				return nil
			}
			l.rows, found.Rows, found.ExpectedRows = a.Others, a.Others, a.Rows
			found.ExtraRows, found.MissingRows = a.Extra, a.Missing
			return c.unread(found, a)
		})
	}
	return c.compareWithTruth(ctx, l, found, second)
}

// compareWithTruth adds the question how a table differs from what its transform
// returns on correct upstream tables.
func (c *counting) compareWithTruth(ctx context.Context, l *loaded, found *Table, into *batch) error {
	above := map[string]bool{}
	c.lake.AddUpstream(l.table, above)
	correct := map[string]string{}
	for name := range above {
		if up := c.lake.Table(name); !up.IsLanding() {
			correct[name] = up.Transform.SQL
		}
	}
	if len(correct) == 0 {
		return nil
	}
	q, err := c.question(ctx, l.table.Transform.SQL, correct)
	into.add(l, c.against(q, l, l.common()), func(a pipeline.CountAnswer) error {
		if a.Err != nil {
			return c.unread(found, a)
		}
		wrong := c.wrongAbove(l.table) // those before it are decided
		switch same := a.Extra+a.Missing == 0; {
		case found.State == Wrong && same && l.fits():
			found.State, found.Message, found.ExpectedRows, found.ExtraRows, found.MissingRows = Right, "", l.rows, 0, 0
		case found.State == Right && !same && len(wrong) > 0:
			found.InheritedFrom = wrong
			found.inherits(a.Rows, a.Extra, a.Missing)
		case found.State == Wrong:
			found.InheritedFrom = wrong
		}
		return nil
	})
	return err
}

// conclude says what a table is for its upstream tables.
func (c *counting) conclude(found *Table) {
	l := c.tables[found.Table]
	switch {
	case found.State != Right || found.landing:
	case found.ExtraRows+found.MissingRows > 0:
		found.State, found.Message = Wrong, describe(found)
	case !l.fits() && l.rows > 0:
		found.State, found.Message = Wrong, "the rows are right in the columns that the transform returns, but the columns of the table differ"
	}
}

// unread notes that rows of a table, or of one that it is compared by, cannot be
// read.
func (c *counting) unread(found *Table, a pipeline.CountAnswer) error {
	if a.Err == nil || pipeline.KindOf(a.Err) != pipeline.BadData {
		return refusedOf(c.lake.Table(found.Table), a)
	}
	found.State, found.Message = Unreadable, "rows of the table or of its upstream tables cannot be read: "+printable.FirstLine(a.Err.Error())
	return nil
}

// refusedOf is the error of a question about a table that was not answered.
func refusedOf(t *pipeline.Table, a pipeline.CountAnswer) error {
	if a.Err == nil {
		return nil
	}
	return pipeline.Named(t.Name, a.Err)
}

// wrongAbove are the wrong tables upstream, in the lake's order.
func (c *counting) wrongAbove(t *pipeline.Table) []string {
	above := map[string]bool{}
	c.lake.AddUpstream(t, above)
	names := []string{}
	for _, other := range c.report.Tables {
		if above[other.Table] && (other.State == Wrong || other.State == Unreadable && !other.landing) {
			names = append(names, other.Table)
		}
	}
	return names
}
