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
