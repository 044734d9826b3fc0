package diagnose

import (
	"context"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/check"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/survey"
)

// counting is a diagnosis by an engine that counts where the lake is stored. The
// tables of the workbench are empty: they only say which queries fit.
type counting struct {
	*session

	files   map[string][]pipeline.File   // of the tables, as they were at first
	found   map[string]*Table            // what is known, by table
	missing map[string]string            // transforms of derived tables that are missing, by name
	reads   map[string][]string          // the tables that a text reads
	trees   map[*pipeline.Table]portable // by the table whose transform they are of
}

// byCounting compares the tables, and searches the causes of wrong ones.
func (s *session) byCounting(ctx context.Context) error {
	s.unproved, s.views = true, map[string]string{}
	c := &counting{session: s, found: map[string]*Table{}, missing: map[string]string{}, reads: map[string][]string{}, trees: map[*pipeline.Table]portable{}}
	for _, step := range []func(context.Context) error{c.look, c.where, c.unmoved, c.what, c.unmoved} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	for i := range s.report.Tables {
		if err := s.noteFailure(ctx, &s.report.Tables[i]); err != nil {
			return err
		}
	}
	return nil
}

// look finds out which tables there are, and with which columns.
func (c *counting) look(ctx context.Context) error {
	found, _, err := survey.Steady(ctx, c.r, &c.o.Allow, false)
	if err != nil {
		return err
	}
	seen := survey.Observe(found, c.lake)
	c.files = seen.Files
	for _, t := range c.lake.Tables {
		l := &loaded{table: t, present: len(seen.Files[t.Name]) > 0 || !t.IsLanding() && seen.Manifests[t.Name] != nil}
		c.tables[t.Name] = l
		if err := c.bench.Exec(ctx, statement("empty.sql", fill{Table: t.Name, Typed: typedColumns(t)})); err != nil {
			return err
		}
		if t.IsLanding() {
			continue
		}
		if err := c.bench.Exec(ctx, statement("empty.sql", fill{Table: rightName + t.Name, Typed: typedColumns(t)})); err != nil {
			return err
		}
		c.views[rightName+t.Name] = t.Transform.SQL
		if !l.present {
			c.missing[t.Name] = t.Transform.SQL
		} else if err := c.columns(ctx, l); err != nil {
			return err
		}
	}
	for _, t := range c.lake.Tables {
		if c.needed[t.Name] {
			c.report.Tables = append(c.report.Tables, Table{Table: t.Name, State: Right, InheritedFrom: []string{}, Causes: []Cause{}, landing: t.IsLanding()})
		}
	}
	for i := range c.report.Tables {
		c.found[c.report.Tables[i].Table] = &c.report.Tables[i]
	}
	return nil
}

// columns learns the columns that a table has where it is stored, if the engine
// knows them.
func (c *counting) columns(ctx context.Context, l *loaded) error {
	engine, ok := c.r.Engine.(interface {
		Columns(ctx context.Context, input pipeline.Input) ([]ndjson.FoundColumn, error)
	})
	if !ok {
		return nil
	}
	found, err := engine.Columns(ctx, pipeline.Input{Table: l.table})
	if err != nil || len(found) == 0 {
		return err
	}
	for _, f := range found {
		switch of := l.column(f.Name); {
		case of == nil:
			l.extra = append(l.extra, strings.ToLower(f.Name))
		case check.OtherType(f.Type, of.Type.String()):
			l.mistyped = append(l.mistyped, of.Name)
		}
	}
	for _, of := range l.table.Columns {
		if !slices.ContainsFunc(found, func(f ndjson.FoundColumn) bool { return strings.EqualFold(f.Name, of.Name) }) {
			l.missing = append(l.missing, of.Name)
		}
	}
	return nil
}

// unmoved makes sure that all counts are of the same tables.
func (c *counting) unmoved(ctx context.Context) error {
	for _, t := range c.lake.Tables {
		if !c.needed[t.Name] {
			continue
		}
		files, err := c.r.Store.List(ctx, t.Path)
		if err != nil {
			return err
		}
		if !t.IsLanding() && !slices.EqualFunc(files, c.files[t.Name], pipeline.File.Same) {
			return pipeline.Fail(pipeline.Conflict, t.Name, "Try again when the run has ended.", "the table was changed while it was compared")
		}
	}
	return nil
}

// batch is a list of questions that are asked together, with what is done with
// the answers.
type batch struct {
	about     []*loaded
	questions []pipeline.CountQuestion
	take      []func(pipeline.CountAnswer) error
}

func (b *batch) add(about *loaded, q pipeline.CountQuestion, take func(pipeline.CountAnswer) error) {
	b.about, b.questions, b.take = append(b.about, about), append(b.questions, q), append(b.take, take)
}

// ask asks all questions, and takes the answers in their order.
func (c *counting) ask(ctx context.Context, b *batch) error {
	if len(b.questions) == 0 {
		return nil
	}
	answers, err := c.o.Counter.Counts(ctx, b.questions)
	if err != nil {
		return err
	}
	for i, answer := range answers {
		if err := b.take[i](answer); err != nil {
			return err
		}
	}
	return nil
}

// mayAsk asks whether some questions may be asked, those of each batch together.
func (c *counting) mayAsk(ctx context.Context, what string, batches ...[]pipeline.CountQuestion) (bool, error) {
	var most pipeline.Forecast
	for _, questions := range batches {
		f, err := c.o.Counter.CountsAtMost(ctx, questions)
		if err != nil {
			return false, err
		}
		most.Statements += f.Statements
		most.ScannedBytes += f.ScannedBytes
		most.CostUSD += f.CostUSD
		most.Unknown = slices.Compact(slices.Sorted(slices.Values(append(most.Unknown, f.Unknown...))))
	}
	if most.Statements == 0 || c.o.Spend == nil {
		return true, nil
	}
	return c.o.Spend(ctx, what, most)
}

// question asks about the rows of a query. Some tables, by name, are what other
// queries return.
func (c *counting) question(ctx context.Context, query string, given map[string]string) (pipeline.CountQuestion, error) {
	q := pipeline.CountQuestion{SQL: query}
	err := c.expand(ctx, &q, query, given, "")
	return q, err
}

// expand notes which tables a query reads. The query of a given table of that
// name reads the lake's own table of the same name.
func (c *counting) expand(ctx context.Context, q *pipeline.CountQuestion, query string, given map[string]string, own string) error {
	names, ok := c.reads[query]
	if !ok {
		tree, err := c.bench.Tree(ctx, query)
		if err != nil {
			return err
		}
		names = readBy(tree)
		c.reads[query] = names
	}
	for _, name := range names {
		text, ok := given[name]
		if !ok || name == own {
			if t := c.lake.Table(name); t != nil {
				q.Reads = append(q.Reads, t)
			}
			continue
		}
		if err := c.expand(ctx, q, text, given, name); err != nil {
			return err
		}
		if !slices.ContainsFunc(q.Given, func(g pipeline.GivenTable) bool { return g.Name == name }) {
			q.Given = append(q.Given, pipeline.GivenTable{Name: name, SQL: text})
		}
	}
	return nil
}

// against compares the rows of a question with those of a table.
func (c *counting) against(q pipeline.CountQuestion, l *loaded, columns []string) pipeline.CountQuestion {
	q.Against, q.Columns = c.all(l.table.Name), columns
	q.Reads = append(slices.Clone(q.Reads), l.table)
	return q
}
