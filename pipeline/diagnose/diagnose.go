package diagnose

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/survey"
)

// Options say what to look at, and how much to tell.
type Options struct {
	Tables []string           // to report on; empty: all
	Allow  pipeline.Allowance // what may be left out of landing tables
	// Definition is the folder that the lake was loaded from: its mistakes and
	// its variants.
	Definition fs.FS
	// ShowPersonal shows values that identify a person; otherwise they are
	// masked.
	ShowPersonal bool
	// Fixtures asks for the witness as a fixture.
	Fixtures bool
	// Counts asks how many rows the table would have with each mistake that has
	// a name.
	Counts bool
	// Counter, if not nil, counts where the lake is stored: no row is fetched, and
	// no witness is searched.
	Counter pipeline.Counter
	// Spend is asked before the Counter spends: for what, and how much at most. If
	// it says no, the causes are left out.
	Spend func(ctx context.Context, what string, most pipeline.Forecast) (bool, error)
	// Budget is how long the search for the causes of one table may take; 0:
	// DefaultBudget.
	Budget time.Duration
	// Many is from how many rows on a table is one of many rows, whose search is
	// bounded and takes ways that are quicker; 0: DefaultMany.
	Many int64
}

// DefaultMany is from how many rows on the search for causes saves work.
const DefaultMany = 500_000

// DefaultBudget is how long the causes of one table of many rows are searched;
// those of a table of few rows take no longer.
const DefaultBudget = 15 * time.Second

// Run compares every table with what its transform returns, and searches the
// causes of each that differs.
func Run(ctx context.Context, r *pipeline.Runner, engine pipeline.Bencher, o Options) (_ *Report, err error) {
	about, err := r.Lake.Resolve(o.Tables)
	if err != nil {
		return nil, err
	}
	if err := o.Allow.Verify(ctx, r.Store, r.Lake); err != nil {
		return nil, err
	}
	bench, err := engine.Workbench(ctx)
	if err != nil {
		return nil, err
	}
	s := newSession(r, bench, o)
	defer func() {
		s.opened.Close()
		if err = errors.Join(err, bench.Close()); ctx.Err() != nil {
			err = context.Cause(ctx) // and not what it did to some query
		}
	}()
	if s.known, err = loadMistakes(ctx, o.Definition, r.Lake, bench); err != nil {
		return nil, err
	}
	s.needed = s.closure(about)
	if o.Counter != nil {
		if err := s.byCounting(ctx); err != nil {
			return nil, err
		}
		s.report.only(about)
		return s.report, nil
	}
	if err := s.loadAll(ctx); err != nil {
		return nil, err
	}
	for _, t := range r.Lake.Tables {
		if !s.needed[t.Name] {
			continue
		}
		if err := s.judge(ctx, t); err != nil {
			return nil, pipeline.Named(t.Name, err)
		}
		if err := s.noteFailure(ctx, s.report.Table(t.Name)); err != nil {
			return nil, err
		}
	}
	s.report.only(about)
	return s.report, nil
}

// only keeps what is known of some tables; of all if none is named.
func (r *Report) only(names []string) {
	r.Tables = slices.DeleteFunc(r.Tables, func(t Table) bool { return len(names) > 0 && !slices.Contains(names, t.Table) })
}

// session is one diagnosis.
type session struct {
	r       *pipeline.Runner
	lake    *pipeline.Lake
	bench   pipeline.Workbench
	o       Options
	known   *mistakes
	tables  map[string]*loaded
	needed  map[string]bool
	masksOf map[string]any // by value
	masksIn map[string]int // how many there are, by column
	report  *Report
	// unproved says that no witness is needed.
	unproved bool
	newest   *pipeline.Record // of the newest run; nil: not read yet
	opened   survey.Opened    // the files of derived tables
	// views are the SELECTs of views in the workbench; nil: they are not needed.
	views map[string]string
}

func newSession(r *pipeline.Runner, bench pipeline.Workbench, o Options) *session {
	if o.Budget == 0 {
		o.Budget = DefaultBudget
	}
	if o.Many == 0 {
		o.Many = DefaultMany
	}
	return &session{r: r, lake: r.Lake, bench: bench, o: o, tables: map[string]*loaded{}, report: &Report{Schema: Schema, Tables: []Table{}}}
}

// closure returns the named tables with all that they are made from.
func (s *session) closure(about []string) map[string]bool {
	needed := map[string]bool{}
	for _, t := range s.lake.Tables {
		if len(about) == 0 || slices.Contains(about, t.Name) {
			needed[t.Name] = true
			s.lake.AddUpstream(t, needed)
		}
	}
	return needed
}

// loadAll reads the tables, all as they were at one moment.
func (s *session) loadAll(ctx context.Context) error {
	found, opened, err := survey.Steady(ctx, s.r, &s.o.Allow, true)
	if err != nil {
		return err
	}
	s.opened = opened
	o := survey.Observe(found, s.lake)
	for _, t := range s.lake.Tables {
		files := o.Files[t.Name]
		input, ok := opened.Input(t)
		if !ok && len(files) > 0 {
			if input, err = pipeline.FetchInput(ctx, s.r.Store, t, files); err != nil {
				return err
			}
		}
		present := len(files) > 0 || !t.IsLanding() && o.Manifests[t.Name] != nil
		if s.tables[t.Name], err = s.load(ctx, t, input, present); err != nil {
			return err
		}
	}
	return nil
}

// Names of tables in the workbench beside those of the lake.
const (
	rightName    = "stedi_right_" // what a transform returns on the tables as they are
	diffName     = "stedi_diff_"
	comparedName = "stedi_compared"
	truePart     = "stedi_true_" // what it returns on correct upstream tables
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

// number returns the one number of a query.
func (s *session) number(ctx context.Context, query string) (int64, error) {
	_, rows, err := s.bench.Rows(ctx, query)
	if err != nil {
		return 0, err
	}
	if len(rows) != 1 || len(rows[0]) == 0 {
		return 0, fmt.Errorf("one number expected, not %d rows", len(rows))
	}
	return integer(rows[0][0]), nil
}

func joined(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
