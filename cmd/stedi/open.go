package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/convert"
	"stedi/pipeline/definition"
	"stedi/pipeline/dir"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/engines/registry"
	"stedi/pipeline/printable"
	"stedi/pipeline/sample"
	"stedi/pipeline/stedi"
)

// opened is an open lake with its engine and all related resources.
type opened struct {
	lake      *pipeline.Lake
	store     pipeline.Store
	base      pipeline.Store                                         // what store is over: the files as they are
	publisher pipeline.Publisher                                     // nil: each table is one file
	embedded  *duckdb.Engine                                         // parses, answers queries and traces
	engine    pipeline.Engine                                        // runs the transforms and the checks; that of --engine
	estimator pipeline.Estimator                                     // nil: the engine is free
	browse    func(context.Context) ([]pipeline.CatalogTable, error) // lists the tables of the catalog; nil: the lake has none
	env       *registry.Env                                          // what engines are opened with
	root      string                                                 // the path or the URL of the lake
	folder    string                                                 // its files on this machine, or their cache
	temp      string                                                 // a private folder, which close removes
	close     func() error
}

// open opens the lake for reading: its definition, its store and the engine of
// --engine. It prints the notes of the definition to stderr.
func (p *program) open(ctx context.Context) (*opened, error) {
	return p.openFor(ctx, p.selected().SupportsLake)
}

// openToBuild is open for commands that change tables.
func (p *program) openToBuild(ctx context.Context) (*opened, error) {
	p.builds = true
	return p.openFor(ctx, p.selected().BuildsLake)
}

func (p *program) openFor(ctx context.Context, suits func(registry.Place) error) (*opened, error) {
	return p.openAs(ctx, p.selected(), suits)
}

// openAs is open with one of the engines.
func (p *program) openAs(ctx context.Context, runs *registry.Entry, suits func(registry.Place) error) (*opened, error) {
	o, err := p.openSilently(ctx, runs, suits)
	if err == nil {
		p.notes(o.lake)
		if o.env.Discovered != nil {
			p.tell(o.env.Discovered.Notes)
		}
	}
	return o, err
}

// notes prints the notes of a definition to stderr.
func (p *program) notes(lake *pipeline.Lake) {
	p.tell(lake.Notes)
}

func (p *program) tell(notes []string) {
	for _, note := range notes {
		tryWrite(p.stderr, "note: "+printable.Text(note)+"\n")
	}
}

// openSilently is openAs without the notes.
func (p *program) openSilently(ctx context.Context, runs *registry.Entry, suits func(registry.Place) error) (_ *opened, err error) {
	engine, temp, closeEngine, err := p.openEngine(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, closeEngine())
		}
	}()
	env := &registry.Env{Places: p.config.places, Temp: temp, Embedded: engine, Lookup: p.env}
	closeAll := func() error { return errors.Join(env.Close(), closeEngine()) }
	o := &opened{root: p.config.lake, temp: temp, embedded: engine, env: env, close: closeAll}
	if p.config.demo {
		if o.root, err = demo(ctx, temp); err != nil {
			return nil, err
		}
	}
	if o.lake, err = p.load(ctx, o.root, o.embedded); err != nil {
		return nil, err
	}
	if o.store, o.folder, err = p.openStore(ctx, o.root); err != nil {
		return nil, err
	}
	o.base = o.store
	env.Converted = filepath.Join(temp, "converted")
	if err := os.Mkdir(env.Converted, 0o700); err != nil {
		return nil, err
	}
	o.store = convert.NewStore(o.store, o.lake, env.Converted, duckdb.Convert)
	env.Folder = o.folder
	return o, p.openRuns(ctx, o, runs, suits)
}

// openEngine starts the engine in a private folder, for commands that do not
// open the lake. closeEngine also removes the folder.
func (p *program) openEngine(ctx context.Context) (engine *duckdb.Engine, temp string, closeEngine func() error, err error) {
	memory, err := bytesOf(p.config.memory)
	if err != nil {
		return nil, "", nil, err
	}
	temp, remove, err := dir.Private("")
	if err != nil {
		return nil, "", nil, err
	}
	engine, err = duckdb.Open(ctx, duckdb.Options{Memory: memory, Threads: p.config.engineThreads(), Temp: temp})
	if err != nil {
		return nil, "", nil, errors.Join(err, remove())
	}
	return engine, temp, func() error { return endEngine(engine, temp, remove) }, nil
}

// endEngine closes the engine and removes its private folder. If the engine
// has no files there, only memory remains to be freed: that happens in the
// background, and at the end of the process not at all.
func endEngine(engine *duckdb.Engine, temp string, remove func() error) error {
	if duckdb.HasSpilled(temp) {
		return errors.Join(engine.Close(), remove())
	}
	go func() { _ = engine.Close() }() // an engine without files cannot fail to close in a way that matters
	return remove()
}

// load reads the definition for the lake at root.
func (p *program) load(ctx context.Context, root string, engine *duckdb.Engine) (*pipeline.Lake, error) {
	return p.loadFrom(ctx, p.definition(), root, engine)
}

// loadToBuild reads the definition for a command that changes the tables of the lake,
// or says how they are built, and needs no engine besides.
func (p *program) loadToBuild(ctx context.Context) (lake *pipeline.Lake, err error) {
	engine, _, closeEngine, err := p.openEngine(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeEngine()) }()
	p.builds = true
	return p.load(ctx, p.config.lake, engine)
}

func (p *program) loadFrom(ctx context.Context, from fs.FS, root string, engine *duckdb.Engine) (*pipeline.Lake, error) {
	return definition.LoadFor(ctx, from, p.config.profile, definition.Remember(engine, definition.ReadAnalysis(stedi.Analysis)), definition.Places{Has: p.folders(ctx, root), Map: p.config.places, Build: p.builds, Far: inS3(root)})
}

// folders returns a function that reports whether a folder of a lake has files.
// Its first call opens the lake. A lake that cannot be opened has no files.
func (p *program) folders(ctx context.Context, root string) func(folder string) bool {
	open := sync.OnceValue(func() pipeline.Store {
		store, _, err := p.openStore(ctx, root)
		if err != nil {
			return nil // commands that need the lake meet the error again
		}
		return store
	})
	return func(folder string) bool {
		store := open()
		if store == nil {
			return false
		}
		files, err := store.List(ctx, folder)
		return err == nil && len(files) > 0
	}
}

func (p *program) definition() fs.FS {
	if p.config.definition == "" {
		return stedi.Definition
	}
	return os.DirFS(p.config.definition)
}

// demoSeed is the seed of demo lakes, so that all are equal.
const demoSeed = 1

// demoName is the displayed name of a demo lake, because its folder is
// temporary.
const demoName = "demo"

// demo writes a lake with sample data to a private folder.
func demo(ctx context.Context, temp string) (string, error) {
	folder := filepath.Join(temp, "demo")
	if _, err := sample.Write(ctx, folder, sample.Options{Scale: 1, Seed: demoSeed}); err != nil {
		return "", fmt.Errorf("demo lake: %w", err)
	}
	return folder, nil
}

// runner returns a Runner for the lake.
func (o *opened) runner(demo bool) *pipeline.Runner {
	root := o.root
	if absolute, err := filepath.Abs(root); err == nil && !isURL(root) {
		root = absolute
	}
	if demo {
		root = demoName
	}
	return &pipeline.Runner{
		Lake: o.lake, Store: o.store, Publisher: o.publisher, Engine: o.engine, Tracer: o.embedded, Estimator: o.estimator, Root: root, Now: time.Now,
		Holder: pipeline.Holder{PID: os.Getpid(), Host: hostname()},
	}
}
