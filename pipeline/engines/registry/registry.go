// Package registry defines what an engine has to declare: its name, its flags,
// and how to open it. Each engine's package describes itself with an Entry, and
// package engines lists the entries; no other code of the program names an
// engine.
package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"stedi/pipeline"
	"stedi/pipeline/state"
)

// Entry describes an engine. The optional functions may be nil.
type Entry struct {
	Name  string // the value of --engine
	Label string // its name in a sentence, such as DuckDB
	Help  string // half a sentence for --help: where and with what it works
	// Capabilities are those of the opened engine.
	Capabilities pipeline.Capabilities
	// Flags are the engine's own settings, or nil. They are also read from the
	// environment and from the settings files, and passed on to child processes
	// of the program.
	Flags *pflag.FlagSet
	// Supports returns why the engine cannot read a lake, with the fix, or
	// nil. It makes no calls and reads nothing. Nil: it reads every lake.
	Supports func(lake Place) error
	// Builds returns why the engine cannot build the tables of a lake that it
	// can read, with the fix, or nil. It makes no calls. Nil: it can.
	Builds func(lake Place) error
	// Discover finds the tables of a lake without a recorded catalog in the
	// engine's own one, managed or not, for reading. It is called before
	// Open and Querier. Nil: the engine has no catalog.
	Discover func(ctx context.Context, env *Env) (*Discovered, error)
	// Home is the lake to work on where no other is named: the location of the
	// catalog that the engine's flags name, or "". Nil: there is none.
	Home func() string
	// Deployed: the engine works only on lakes that `stedi deploy` has made known
	// to it. The doctor examines it for every such lake.
	Deployed bool
	// OnRequest: the engine requires software that may not be installed, so it
	// is used only if the user names it. `stedi prove` omits it by default.
	OnRequest bool
	// Open opens the engine for an open lake. The functions that it adds with
	// Env.Defer release its resources.
	Open func(ctx context.Context, env *Env) (pipeline.Engine, error)
	// Querier opens a querier over the lake's tables; each query reads their
	// current versions. If nil, the engine answers no queries: QueriedBy names
	// the engine that answers instead; if empty, it is the first one of the
	// list.
	Querier   func(ctx context.Context, env *Env, limits QueryLimits) (pipeline.Querier, error)
	QueriedBy string
	// Estimate returns an estimator of the time and the cost of a run. It makes
	// no calls, and also works for lakes that the engine cannot read.
	Estimate func(work *Work) Estimator
	// Examine examines everything that the engine requires and changes nothing.
	// `stedi doctor` calls it for the selected engine. Nil: there are no
	// requirements.
	Examine func(ctx context.Context, env *Env) []pipeline.Finding
	// Jobs lists the latest runs of the jobs that build tables on the engine,
	// for each table the latest first. Nil: there is no such list.
	Jobs func(ctx context.Context, env *Env, tables []*pipeline.Table, most int) ([]pipeline.JobRun, error)
}

// Place is where a lake is stored, and what was recorded when it was deployed.
type Place struct {
	// Root is an absolute local path, or s3://bucket/prefix.
	Root      string
	Authority state.Authority // zero for a lake that was never deployed
}

// CatalogScheme is how the location of a lake begins that is only a database of
// a catalog, such as glue://sales.
const CatalogScheme = "glue://"

// InCatalog reports whether the lake is a database of a catalog, and the catalog
// alone knows where its tables are.
func (p Place) InCatalog() bool { return strings.HasPrefix(p.Root, CatalogScheme) }

// Discovered are the tables of a lake in a catalog, managed or not.
type Discovered struct {
	// Store has the files of the tables, and refuses to write.
	Store pipeline.Store
	// Browse lists all tables of the database.
	Browse func(ctx context.Context) ([]pipeline.CatalogTable, error)
	// Location says where a table of the lake is, or "".
	Location func(table string) string
	// Notes are for people, such as tables that have another name in the catalog.
	Notes []string
	// Own is what the engine keeps of it for Open and Querier.
	Own any
}

// InS3 reports whether the lake is stored in a bucket.
func (p Place) InS3() bool { return strings.HasPrefix(p.Root, "s3://") }

// Env is the open lake that an engine works on.
type Env struct {
	Place

	Lake  *pipeline.Lake
	Store pipeline.Store
	// Folder is the local path of the store's files: the lake itself, or the
	// copies of files fetched from a bucket.
	Folder string
	// Places are where the caller says that tables are, by table: a folder of the
	// lake, or the name of a table of the catalog.
	Places map[string]string
	// Converted is where files lie that were converted to JSON lines; empty:
	// there are none.
	Converted string
	// Temp is a private folder of this machine, removed at the end.
	Temp string
	// Embedded is the engine inside this process, which is always open. An
	// engine may delegate its checks to it by embedding it as its Checker.
	Embedded Embedded
	// RowsOnly: the rows of stages are not required. An engine for which
	// counting them costs money leaves them at 0.
	RowsOnly bool
	// Discovered is what the engine's Discover has found; nil: it was not called.
	Discovered *Discovered
	// Lookup reads an environment variable.
	Lookup func(name string) (value string, ok bool)

	closers []func() error
}

// Embedded is the engine inside this process, which also parses SQL.
type Embedded interface {
	pipeline.Engine
	pipeline.Parser
	pipeline.Tracer
}

// Defer registers a function for Close, which calls the last one first.
func (e *Env) Defer(f func() error) { e.closers = append(e.closers, f) }

// Close calls the deferred functions.
func (e *Env) Close() error {
	var errs []error
	for _, f := range slices.Backward(e.closers) {
		errs = append(errs, f())
	}
	e.closers = nil
	return errors.Join(errs...)
}

// SizeOf returns the total size of tables in bytes.
func (e *Env) SizeOf(ctx context.Context, tables ...string) (int64, error) {
	total := int64(0)
	for _, name := range tables {
		t := e.Lake.Table(name)
		if t == nil {
			return 0, fmt.Errorf("the size of %s is not known", name)
		}
		files, err := e.Store.List(ctx, t.Path)
		if err != nil {
			return 0, err
		}
		for _, f := range files {
			total += f.Size
		}
	}
	return total, nil
}

// QueryLimits bound one query on this machine. For zero values the engine
// chooses.
type QueryLimits struct {
	Memory  int64 // bytes
	Threads int
	Timeout time.Duration
	Nice    int // how much the query yields to other work of this machine
	// Allow states which landing files and lines may be left out.
	Allow pipeline.Allowance
}

// List lists the engines of a program. The first one is the default.
type List []Entry

// Names returns the engines' names, in order.
func (l List) Names() []string {
	names := make([]string, len(l))
	for i, e := range l {
		names[i] = e.Name
	}
	return names
}

// Find returns the entry of a name, or nil.
func (l List) Find(name string) *Entry {
	for i := range l {
		if l[i].Name == name {
			return &l[i]
		}
	}
	return nil
}

// SupportsLake returns why an engine cannot work on a lake, or nil.
func (e *Entry) SupportsLake(lake Place) error {
	if lake.InCatalog() && e.Discover == nil {
		return pipeline.Fail(pipeline.BadUsage, "", "Name an engine that reads tables through the catalog with --engine, or a lake with --lake.",
			"the engine %s cannot read the lake %s, which is a database of a catalog", e.Name, lake.Root)
	}
	if e.Supports == nil {
		return nil
	}
	return e.Supports(lake)
}

// BuildsLake returns why an engine cannot build the tables of a lake, or nil.
func (e *Entry) BuildsLake(lake Place) error {
	if err := e.SupportsLake(lake); err != nil || e.Builds == nil {
		return err
	}
	return e.Builds(lake)
}

// Answering returns the entry that answers queries in place of an engine, or is
// that engine itself.
func (l List) Answering(engine string) *Entry {
	entry := l.Find(engine)
	switch {
	case entry == nil || entry.Querier != nil:
		return entry
	case entry.QueriedBy != "":
		return l.Find(entry.QueriedBy)
	}
	return &l[0]
}

// Answers returns the engines that can query a lake, starting with the one that
// answers for the named engine.
func (l List) Answers(engine string, lake Place) []*Entry {
	usual := l.Answering(engine)
	found := []*Entry{usual}
	for i := range l {
		if e := &l[i]; e != usual && e.Querier != nil && e.BuildsLake(lake) == nil {
			found = append(found, e)
		}
	}
	return found
}

// Arguments returns the engine's flags that were set, for a child process of
// the same program.
func (e *Entry) Arguments() []string {
	var args []string
	if e.Flags == nil {
		return nil
	}
	e.Flags.VisitAll(func(f *pflag.Flag) {
		switch many, isList := f.Value.(pflag.SliceValue); {
		case !f.Changed:
		case isList:
			for _, value := range many.GetSlice() {
				args = append(args, "--"+f.Name+"="+value)
			}
		default:
			args = append(args, "--"+f.Name+"="+f.Value.String())
		}
	})
	return args
}
