package diagnose

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"stedi/pipeline"
)

// judge finds out what a table is, and why.
func (s *session) judge(ctx context.Context, t *pipeline.Table) error {
	l := s.tables[t.Name]
	found := Table{Table: t.Name, State: Right, Rows: l.rows, ExpectedRows: l.rows, InheritedFrom: []string{}, Causes: []Cause{}, landing: t.IsLanding()}
	defer func() { s.report.Tables = append(s.report.Tables, found) }()
	switch {
	case !l.present && t.IsLanding():
		found.State, found.Message = Missing, "no file in "+t.Path
		return nil
	case t.IsLanding():
		if l.rejected > 0 {
			found.State = Unreadable
			found.Message = fmt.Sprintf("%s cannot be read, the first: %s", pipeline.Counted(l.rejected, "line"), l.fault)
		}
		return nil
	}
	if err := s.compare(ctx, l, &found); err != nil {
		return err
	}
	if s.o.Counts {
		if err := s.counts(ctx, l, &found); err != nil {
			return err
		}
	}
	if found.State == Wrong || found.State == Unreadable {
		return s.search(ctx, l, &found)
	}
	if err := s.bench.Exec(ctx, statement("drop.sql", fill{Table: rightName + t.Name})); err != nil {
		return err // the table itself has these rows
	}
	return s.inherit(ctx, l, &found)
}

// compare compares a table with what its transform returns on the upstream
// tables as they are.
func (s *session) compare(ctx context.Context, l *loaded, found *Table) error {
	t := l.table
	if err := s.bench.Exec(ctx, statement("make.sql", fill{Table: rightName + t.Name, SQL: l.comparable(t.Transform.SQL)})); err != nil {
		return err
	}
	var err error
	if found.ExpectedRows, err = s.number(ctx, statement("count.sql", fill{SQL: s.all(rightName + t.Name)})); err != nil {
		return err
	}
	if !l.present {
		found.State, found.Message = Missing, fmt.Sprintf("the table has not been built; `stedi run +%s` builds it", t.Name)
		return nil
	}
	if err := s.forgiveMissing(ctx, l); err != nil {
		return err
	}
	if found.ExtraRows, found.MissingRows, err = s.differTables(ctx, l, rightName+t.Name, diffName+t.Name); err != nil {
		return err
	}
	switch {
	case l.rejected > 0:
		found.State = Unreadable
		found.Message = fmt.Sprintf("%s cannot be read, the first: %s", pipeline.Counted(l.rejected, "line"), l.fault)
	case found.ExtraRows+found.MissingRows > 0:
		if why := s.incomparable(t); why != "" {
			found.State, found.Message, found.ExtraRows, found.MissingRows = Unreadable, why, 0, 0
			return nil
		}
		if same, err := s.wasRight(ctx, l); err != nil || same {
			found.ExpectedRows, found.ExtraRows, found.MissingRows = l.rows, 0, 0
			return err
		}
		found.State, found.Message = Wrong, describe(found)
	case len(l.extra)+len(l.missing)+len(l.mistyped) > 0 && l.rows > 0:
		found.State, found.Message = Wrong, "the rows are right in the columns that the transform returns, but the columns of the table differ"
	}
	return nil
}

// forgiveMissing accepts that a table lacks columns without a value in any row:
// many tools leave the keys of nulls out.
func (s *session) forgiveMissing(ctx context.Context, l *loaded) error {
	if len(l.missing) == 0 {
		return nil
	}
	_, rows, err := s.bench.Rows(ctx, statement("filled.sql", fill{Table: rightName + l.table.Name, Columns: l.missing}))
	if err != nil {
		return err
	}
	var missing []string
	for i, c := range l.missing {
		if integer(rows[0][i]) > 0 {
			missing = append(missing, c)
		}
	}
	l.missing = missing
	return nil
}

func describe(t *Table) string {
	var parts []string
	if t.ExtraRows > 0 {
		parts = append(parts, pipeline.Counted(t.ExtraRows, "extra row"))
	}
	if t.MissingRows > 0 {
		parts = append(parts, pipeline.Counted(t.MissingRows, "missing row"))
	}
	return fmt.Sprintf("the table has %s, its transform returns %s: %s",
		pipeline.Counted(t.Rows, "row"), pipeline.Counted(t.ExpectedRows, "row"), strings.Join(parts, " and "))
}

// all is the query for all rows of a table of the workbench.
func (s *session) all(name string) string { return statement("all.sql", fill{Table: name}) }

// differ compares a table with the rows of a query in the columns that the
// table has, and leaves what differs in a table.
func (s *session) differ(ctx context.Context, l *loaded, query, into string) (extra, missing int64, err error) {
	if len(l.common()) > 0 {
		if err := s.bench.Exec(ctx, statement("make.sql", fill{Table: comparedName, SQL: l.comparable(query)})); err != nil {
			return 0, 0, err
		}
	}
	extra, missing, err = s.differTables(ctx, l, comparedName, into)
	return extra, missing, errors.Join(err, s.bench.Exec(ctx, statement("drop.sql", fill{Table: comparedName})))
}

// differTables is differ for the rows of a table of the workbench.
func (s *session) differTables(ctx context.Context, l *loaded, other, into string) (extra, missing int64, err error) {
	columns := l.common()
	if len(columns) == 0 {
		return l.rows, 0, s.bench.Exec(ctx, statement("empty.sql", fill{Table: into, Typed: append(typedColumns(l.table), typed{Name: "stedi_n", Type: "BIGINT"})}))
	}
	if err := s.bench.Exec(ctx, statement("diff.sql", fill{Table: into, Of: l.table.Name, Other: other, Columns: columns})); err != nil {
		return 0, 0, err
	}
	_, rows, err := s.bench.Rows(ctx, statement("differences.sql", fill{Table: into}))
	if err != nil {
		return 0, 0, err
	}
	return integer(rows[0][0]), integer(rows[0][1]), nil
}

// inherit finds out whether a table that is right for its upstream tables
// would be another if these were right.
func (s *session) inherit(ctx context.Context, l *loaded, found *Table) error {
	t := l.table
	above := map[string]bool{}
	s.lake.AddUpstream(t, above)
	for _, other := range s.report.Tables {
		if above[other.Table] && (other.State == Wrong || other.State == Unreadable && !s.lake.Table(other.Table).IsLanding()) {
			found.InheritedFrom = append(found.InheritedFrom, other.Table)
		}
	}
	if len(found.InheritedFrom) == 0 || found.State != Right {
		return nil
	}
	query, err := s.corrected(ctx, t)
	if err != nil {
		return err
	}
	expected, err := s.number(ctx, statement("count.sql", fill{SQL: query}))
	if err != nil {
		return err
	}
	extra, missing, err := s.differ(ctx, l, query, diffName+t.Name)
	if err != nil {
		return err
	}
	if extra+missing == 0 {
		found.InheritedFrom = []string{}
		return nil
	}
	found.inherits(expected, extra, missing)
	return nil
}

// inherits says that a table is right for its upstream tables, and what it would
// be if these were right.
func (t *Table) inherits(expected, extra, missing int64) {
	t.State, t.ExpectedRows, t.ExtraRows, t.MissingRows = Inherited, expected, extra, missing
	what := "rows are"
	if expected != t.Rows {
		what = "count is"
	}
	verb := "is"
	if len(t.InheritedFrom) > 1 {
		verb = "are"
	}
	t.Message = fmt.Sprintf("%s is correct for its inputs; its %s wrong because %s %s wrong", t.Table, what, joined(t.InheritedFrom), verb)
}

// wasRight tells whether a table is what its transform returns on correct
// upstream tables: it was built before one of these became wrong.
func (s *session) wasRight(ctx context.Context, l *loaded) (bool, error) {
	above := map[string]bool{}
	s.lake.AddUpstream(l.table, above)
	if !l.fits() || !slices.ContainsFunc(s.report.Tables, func(t Table) bool { return above[t.Table] && t.State == Wrong }) {
		return false, nil
	}
	query, err := s.corrected(ctx, l.table)
	if err != nil {
		return false, err
	}
	extra, missing, err := s.differ(ctx, l, query, "stedi_try")
	return extra+missing == 0, err
}

// corrected is the query of a transform on correct upstream tables.
func (s *session) corrected(ctx context.Context, t *pipeline.Table) (string, error) {
	other := map[string]string{}
	above := map[string]bool{}
	s.lake.AddUpstream(t, above)
	for _, up := range s.lake.Tables {
		if up.IsLanding() || !above[up.Name] {
			continue
		}
		other[up.Name] = truePart + up.Name
		if err := s.truth(ctx, up); err != nil {
			return "", err
		}
	}
	return s.renamed(ctx, t.Transform.SQL, other)
}

// truth makes the correct table of a derived one, once.
func (s *session) truth(ctx context.Context, t *pipeline.Table) error {
	if s.known.truths[t.Name] {
		return nil
	}
	other := map[string]string{}
	for _, in := range t.Transform.Inputs {
		if up := s.lake.Table(in); !up.IsLanding() {
			if err := s.truth(ctx, up); err != nil {
				return err
			}
			other[up.Name] = truePart + up.Name
		}
	}
	query, err := s.renamed(ctx, t.Transform.SQL, other)
	if err != nil {
		return err
	}
	s.known.truths[t.Name] = true
	return s.bench.Exec(ctx, statement("make.sql", fill{Table: truePart + t.Name, SQL: query}))
}

// renamed is a query that reads other tables.
func (s *session) renamed(ctx context.Context, query string, other map[string]string) (string, error) {
	tree, err := s.bench.Tree(ctx, query)
	if err != nil {
		return "", err
	}
	retarget(tree, other)
	return s.bench.Text(ctx, tree)
}
