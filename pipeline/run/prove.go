package run

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/zeebo/xxh3"
	"golang.org/x/sync/errgroup"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/report"
	"stedi/pipeline/state"
)

// Proof is the result of a parity check for one table.
type Proof struct {
	Table   string        `json:"table"`
	Equal   bool          `json:"equal"`
	Engines []ProofEngine `json:"engines"` // the first one is the reference
}

// ProofEngine is the result of one engine for a table.
type ProofEngine struct {
	Engine     string  `json:"engine"`
	Rows       int64   `json:"rows"`
	Hash       string  `json:"hash"` // of the rows in any order
	Seconds    float64 `json:"seconds"`
	DPUSeconds float64 `json:"dpu_seconds,omitempty"`
	CostUSD    float64 `json:"cost_usd"`
	// Missing are rows of the first engine that this one did not build, and
	// Surplus those that only this one has; each as often as it occurs.
	Missing int64      `json:"missing"`
	Surplus int64      `json:"surplus"`
	First   []ProofRow `json:"first,omitempty"` // of both, at most SampleRows of each
}

// ProofRow is a row that only one of two engines built.
type ProofRow struct {
	Engine string `json:"engine"`
	File   string `json:"file"`
	Line   int64  `json:"line"`
	Values []any  `json:"values,omitempty"` // personal data: only on request
}

// ProofOptions state what to compare.
type ProofOptions struct {
	Select  []string // as Lake.Select takes them
	Engines []pipeline.Engine
	Values  bool                             // include the values of rows that differ
	Temp    string                           // a private folder
	Log     func(table, engine, line string) // called from several goroutines
}

// proofFolder is where remote engines write rows for a parity check.
const proofFolder = "stedi-proof"

// Prove runs the selected transforms on each engine, side by side, with the
// lake's current tables as inputs, and compares the results. The lake's own
// tables are unchanged.
func Prove(ctx context.Context, r *pipeline.Runner, options ProofOptions, show func(Proof)) (err error) {
	selected, err := r.Lake.Select(options.Select)
	if err != nil {
		return err
	}
	holder := r.Holder
	holder.Since = r.Now()
	holder.Run = state.RunID(holder.Since)
	unlock, err := r.Store.Lock(ctx, holder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	p := &prover{Runner: r, options: options, id: holder.Run}
	if p.remote() { // left by a killed process
		if err := r.Store.Delete(ctx, proofFolder); err != nil {
			return err
		}
	}
	for _, t := range selected {
		proof, err := p.table(ctx, t)
		if err != nil {
			return err
		}
		show(*proof)
	}
	return nil
}

type prover struct {
	*pipeline.Runner

	options ProofOptions
	id      string
	mu      sync.Mutex // guards the log
}

func (p *prover) remote() bool {
	return slices.ContainsFunc(p.options.Engines, func(e pipeline.Engine) bool { return e.Capabilities().Parts })
}

// table builds one table on all engines, and compares the results.
func (p *prover) table(ctx context.Context, t *pipeline.Table) (_ *Proof, err error) {
	proof := &Proof{Table: t.Name, Engines: make([]ProofEngine, len(p.options.Engines))}
	made := make([]pipeline.Input, len(p.options.Engines))
	defer func() {
		after, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTime)
		defer cancel()
		if p.remote() {
			err = errors.Join(err, p.Store.Delete(after, proofFolder))
		}
		err = errors.Join(err, os.RemoveAll(filepath.Join(p.options.Temp, t.Name)))
	}()
	group, working := errgroup.WithContext(ctx)
	for i, engine := range p.options.Engines {
		group.Go(func() (err error) {
			if made[i], err = p.make(working, engine, t, &proof.Engines[i]); err == nil {
				var m Multiset
				m, err = multisetOf(working, made[i])
				proof.Engines[i].Rows, proof.Engines[i].Hash = m.Rows, m.Hash()
			}
			if err != nil {
				return fmt.Errorf("on %s: %w", engine.Name(), err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, pipeline.Named(t.Name, err)
	}
	proof.Equal = true
	for i := range proof.Engines[1:] {
		other := &proof.Engines[i+1]
		if other.Hash == proof.Engines[0].Hash && other.Rows == proof.Engines[0].Rows {
			continue
		}
		proof.Equal = false
		if err := p.differ(ctx, other, proof.Engines[0].Engine, made[0], made[i+1]); err != nil {
			return nil, pipeline.Named(t.Name, err)
		}
	}
	return proof, nil
}

// make builds a table on one engine, and returns its rows as local files.
func (p *prover) make(ctx context.Context, engine pipeline.Engine, t *pipeline.Table, result *ProofEngine) (made pipeline.Input, err error) {
	began := p.Now()
	result.Engine = engine.Name()
	can := engine.Capabilities()
	b := building{lake: p.Lake, job: pipeline.Job{Table: t, Log: func(line string) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.options.Log(t.Name, engine.Name(), line)
	}}}
	b.find = func(ctx context.Context, t *pipeline.Table) (pipeline.Input, error) {
		if can.InPlace {
			return pipeline.Input{Table: t}, nil
		}
		return p.files(ctx, t)
	}
	var out *proofSink
	b.open = func(_ context.Context, t *pipeline.Table) (_ sink, err error) {
		out, err = p.open(engine, t)
		return out, err
	}
	b.work = func(ctx context.Context, job pipeline.Job) (pipeline.Result, error) {
		done, err := engine.Run(ctx, job, func(pipeline.Progress) {})
		spent := engine.Spent()
		result.Seconds, result.DPUSeconds, result.CostUSD = p.Now().Sub(began).Seconds(), spent.DPUSeconds, spent.CostUSD
		return done, err
	}
	b.accept = func(ctx context.Context, _ pipeline.Job, _ pipeline.Result) (err error) {
		made, err = out.collect(ctx)
		return err
	}
	if err := b.build(ctx); err != nil {
		return pipeline.Input{}, err
	}
	return made, out.discard(ctx) // the copies remain until the comparison is over
}

// proofSink receives the rows of one engine in a parity check: in a private
// file, or in a folder of the lake that belongs to no table.
type proofSink struct {
	prover *prover
	engine pipeline.Engine
	table  *pipeline.Table
	file   *os.File // nil once closed, or for a folder
	path   string
	folder pipeline.Target
}

func (p *prover) open(engine pipeline.Engine, t *pipeline.Table) (*proofSink, error) {
	s := &proofSink{prover: p, engine: engine, table: t}
	if engine.Capabilities().Parts {
		s.folder = pipeline.Target{Folder: fmt.Sprintf("%s/%s/%s-%s", proofFolder, t.Name, engine.Name(), p.id), Token: rand.Text() + rand.Text()}
		return s, nil
	}
	s.path = filepath.Join(p.options.Temp, t.Name, engine.Name()+".json")
	var err error
	s.file, err = p.create(s.path)
	return s, err
}

func (s *proofSink) target(context.Context) pipeline.Output {
	if s.file != nil {
		return pipeline.Output{Stream: s.file}
	}
	running := s.folder
	running.Begun = func(query string) error { s.folder.Query = query; return nil }
	return pipeline.Output{Folder: &running}
}

// collect returns the rows as local files.
func (s *proofSink) collect(ctx context.Context) (pipeline.Input, error) {
	if s.file != nil {
		info, err := s.file.Stat()
		if err := errors.Join(err, s.close()); err != nil {
			return pipeline.Input{}, err
		}
		return pipeline.Input{Table: s.table, Files: []ndjson.File{{Path: s.path, Name: filepath.Base(s.path), Size: info.Size()}}}, nil
	}
	files, err := s.prover.Store.List(ctx, s.folder.Folder)
	if err != nil {
		return pipeline.Input{}, err
	}
	return s.prover.bring(ctx, s.engine.Name(), s.table, dataFiles(s.folder.Folder, files))
}

func (s *proofSink) close() error {
	file := s.file
	s.file = nil
	return file.Close()
}

// discard ends the engine's work. The files are deleted later, with those of
// all engines.
func (s *proofSink) discard(ctx context.Context) error {
	if s.file != nil {
		return s.close()
	}
	if s.folder.Folder == "" {
		return nil
	}
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTime)
	defer cancel()
	return s.engine.Release(after, s.table, s.folder)
}

// bring copies built rows to the private folder, because a store's cache would
// keep them longer than the parity check takes.
func (p *prover) bring(ctx context.Context, engine string, t *pipeline.Table, files []pipeline.File) (pipeline.Input, error) {
	made := pipeline.Input{Table: t}
	for i, f := range files {
		path := filepath.Join(p.options.Temp, t.Name, fmt.Sprintf("%s-%d", engine, i))
		if err := p.copy(ctx, f.Name, path); err != nil {
			return pipeline.Input{}, err
		}
		plain, err := p.unpack(ctx, ndjson.File{Path: path, Name: f.Name, Size: f.Size})
		if err != nil {
			return pipeline.Input{}, err
		}
		made.Files = append(made.Files, plain)
	}
	return made, nil
}

// unpack replaces a compressed file, as written by Athena, with its content.
func (p *prover) unpack(ctx context.Context, f ndjson.File) (ndjson.File, error) {
	look, err := ndjson.LookAt(ctx, f, ndjson.Limits{})
	if err != nil || !look.Compressed {
		return f, err
	}
	if look.Reject != "" {
		return f, fmt.Errorf("%s: %s", f.Name, look.Reject)
	}
	to, err := p.create(f.Path + "-plain")
	if err != nil {
		return f, err
	}
	err = ndjson.Unpack(ctx, f, ndjson.Limits{}, to)
	info, e := to.Stat()
	if err := errors.Join(err, e, to.Close()); err != nil {
		return f, err
	}
	return ndjson.File{Path: f.Path + "-plain", Name: f.Name, Size: info.Size()}, nil
}

func (p *prover) copy(ctx context.Context, name, path string) error {
	from, err := p.Store.Open(ctx, name)
	if err != nil {
		return err
	}
	to, err := p.create(path)
	if err != nil {
		return errors.Join(err, from.Close())
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, from.Close(), to.Close())
}

func (p *prover) create(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
}

// files returns a table's current files.
func (p *prover) files(ctx context.Context, t *pipeline.Table) (pipeline.Input, error) {
	files, err := p.Store.List(ctx, t.Path)
	if err != nil {
		return pipeline.Input{}, err
	}
	if len(files) == 0 && t.IsLanding() {
		return pipeline.Input{}, pipeline.MissingLanding(ctx, p.Store, p.Lake, []*pipeline.Table{t})
	}
	if len(files) == 0 {
		return pipeline.Input{}, neverBuilt(t.Name)
	}
	return pipeline.FetchInput(ctx, p.Store, t, files)
}

// differ finds the rows that only one of two engines built.
func (p *prover) differ(ctx context.Context, other *ProofEngine, first string, a, b pipeline.Input) error {
	counts, err := surplus(ctx, a, b)
	if err != nil {
		return err
	}
	for _, n := range counts {
		other.Missing += max(n, 0)
		other.Surplus += max(-n, 0)
	}
	for _, side := range []struct {
		engine string
		input  pipeline.Input
		sign   int64
	}{{first, a, 1}, {other.Engine, b, -1}} {
		found := 0
		err := eachRow(ctx, side.input, func(row []any, hash xxh3.Uint128, file string, line int64) bool {
			if counts[hash]*side.sign <= 0 {
				return true
			}
			counts[hash] -= side.sign
			only := ProofRow{Engine: side.engine, File: filepath.Base(file), Line: line}
			if p.options.Values {
				only.Values = row
			}
			other.First = append(other.First, only)
			found++
			return found < report.SampleRows
		})
		if err != nil {
			return err
		}
	}
	return nil
}
