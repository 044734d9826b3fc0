package pipeline

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"stedi/pipeline/ndjson"
)

// cleanTime is how long may be spent on bringing things into order after a
// failure, or a cancellation.
const cleanTime = 30 * time.Second

// makeThere makes one table by an engine that works where the lake lies.
func (r *run) makeThere(ctx context.Context, engine Engine, t *Table) (*Manifest, error) {
	c := cataloguedIn(r.store)
	if c == nil {
		return nil, Fail(BadUsage, t.Name, "`stedi deploy` makes one.", "the engine %s needs a lake with a catalog", engine.Name())
	}
	job := Job{Table: t}
	for _, name := range t.Made.Inputs {
		input, err := r.input(ctx, r.lake.Table(name))
		if err != nil {
			return nil, err
		}
		if m := r.manifest(input.Table); m != nil {
			input.Rows = &m.Rows
		}
		job.Inputs = append(job.Inputs, input)
	}
	open, err := r.begin(ctx, engine, t)
	if err != nil {
		return nil, err
	}
	target := r.target(ctx, open)
	job.Output.Folder = &target
	manifest, err := r.produceThere(ctx, job)
	if err == nil {
		err = r.guardStaged(ctx, t, Input{Table: t, Staged: &target})
	}
	if err != nil {
		return nil, errors.Join(err, r.drop(ctx, engine, t, open))
	}
	published, err := c.publish(ctx, t, *manifest, r.manifests[t.Name])
	if errors.Is(err, ErrChanged) {
		return nil, errors.Join(err, r.drop(ctx, engine, t, open))
	}
	return published, errors.Join(err, engine.Release(context.WithoutCancel(ctx), t, target))
}

// begin records what is about to be made before anything is asked for. What a
// killed run has begun is gone on with, if it is still what is wanted.
func (r *run) begin(ctx context.Context, engine Engine, t *Table) (*Manifest, error) {
	from := r.versions(t)
	open, err := readManifest(ctx, r.store, intentName(t.Name))
	if err != nil {
		return nil, err
	}
	if open != nil && open.Token != "" {
		if open.Engine == engine.Name() && open.SQL == t.Made.SQL && maps.Equal(open.From, from) {
			return open, nil
		}
		if err := r.drop(ctx, engine, t, open); err != nil {
			return nil, err
		}
	}
	open = &Manifest{
		Schema: manifestSchema, Table: t.Name, Run: r.id, SQL: t.Made.SQL, Engine: engine.Name(), From: from,
		Folder: versionFolder(t, r.id), Token: rand.Text() + rand.Text(),
	}
	return open, writeJSON(ctx, r.store, intentName(t.Name), open)
}

func (r *run) target(ctx context.Context, open *Manifest) Target {
	return Target{Folder: open.Folder, Token: open.Token, Query: open.Query, Begun: func(query string) error {
		open.Query = query
		return writeJSON(ctx, r.store, intentName(open.Table), open)
	}}
}

// versions says which files a table would be made from.
func (r *run) versions(t *Table) map[string]Hash {
	from := map[string]Hash{}
	for _, name := range t.Made.Inputs {
		if input := r.lake.Table(name); input.IsLanding() {
			from[name] = versionsHash(r.landing[name].files)
		} else if m := r.manifests[name]; m != nil {
			from[name] = m.Hash
		}
	}
	return from
}

// versionsHash stands for the content of files by what the store says of it.
func versionsHash(files []File) Hash {
	h := ndjson.NewHasher()
	for _, f := range files {
		_, _ = fmt.Fprintf(h, "%s %d\n", f.Version, f.Size) // a hasher never fails
	}
	return h.Sum()
}

// produceThere lets the engine work, and describes what it has left.
func (r *run) produceThere(ctx context.Context, job Job) (*Manifest, error) {
	result, err := r.work(ctx, job)
	if err != nil {
		return nil, err
	}
	for i, input := range job.Inputs {
		if err := r.counted(ctx, input.Table, result.Funnel[i].Rows); err != nil {
			return nil, err
		}
	}
	files, err := r.store.List(ctx, job.Output.Folder.Folder)
	if err != nil {
		return nil, err
	}
	manifest := &Manifest{
		Schema: manifestSchema, Table: job.Table.Name, Run: r.id, Rows: result.Rows, Bytes: size(files), Hash: versionsHash(files),
		SQL: job.Table.Made.SQL, Inputs: map[string]Hash{}, Funnel: result.Funnel,
		Folder: job.Output.Folder.Folder, Token: job.Output.Folder.Token, Engine: r.engine.Name(), From: r.versions(job.Table),
	}
	for _, f := range files {
		manifest.Files = append(manifest.Files, ManifestFile{File: f})
	}
	for _, input := range job.Inputs {
		hash, ok := r.content(input.Table)
		if !ok {
			return nil, fmt.Errorf("what %s held is not known", input.Table.Name)
		}
		manifest.Inputs[input.Table.Name] = hash
	}
	return manifest, nil
}

// counted takes the number of rows that the engine has found in an input. Of a
// landing table it is what is known of it from now on.
func (r *run) counted(ctx context.Context, t *Table, rows int64) error {
	if !t.IsLanding() || r.landing[t.Name].manifest != nil {
		return nil
	}
	files := r.landing[t.Name].files
	report := ndjson.Report{Rows: rows, Bytes: size(files)}
	for _, f := range files {
		report.Files = append(report.Files, ndjson.FileReport{Name: f.Name, Hash: versionsHash([]File{f})})
	}
	return r.read(ctx, t, report)
}

// drop stops what is on its way, and deletes the one folder that was recorded
// for it.
func (r *run) drop(ctx context.Context, engine Engine, t *Table, open *Manifest) error {
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTime)
	defer cancel()
	err := engine.Release(after, t, Target{Folder: open.Folder, Token: open.Token, Query: open.Query})
	if err == nil {
		err = dropVersion(after, r.store, open)
	}
	if err != nil {
		return fmt.Errorf("what was begun is left in %s for the next run: %w", open.Folder, err)
	}
	return nil
}

// dropVersion forgets a version that was never published.
func dropVersion(ctx context.Context, store Store, open *Manifest) error {
	if open.Folder == "" {
		return nil
	}
	if err := store.Delete(ctx, open.Folder); err != nil {
		return err
	}
	return store.Delete(ctx, intentName(open.Table))
}

// everything is the names of all tables: a remote engine holds them all.
func (l *Lake) everything() []string {
	var names []string
	for _, t := range l.Tables {
		names = append(names, t.Name)
	}
	return slices.Clip(names)
}

// JobRun is one run of the job that makes a table on somebody else's machines,
// whoever has started it.
type JobRun struct {
	Table      string    `json:"table"`
	Job        string    `json:"job"`
	ID         string    `json:"id"`
	State      string    `json:"state"` // as the machines' owner calls it
	Started    time.Time `json:"started"`
	Seconds    float64   `json:"seconds"` // without the wait for machines
	DPUSeconds float64   `json:"dpu_seconds"`
	CostUSD    float64   `json:"cost_usd"`
	Error      string    `json:"error,omitempty"`
}
