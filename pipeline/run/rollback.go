package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/state"
	"stedi/pipeline/survey"
)

// Restored is the result of a rollback.
type Restored struct {
	Table      string       `json:"table"`
	Run        string       `json:"run"`         // that made the version now in place
	Rows       int64        `json:"rows"`        // of it
	Before     string       `json:"before"`      // the run that made the version before; "" if it was not there
	RowsBefore int64        `json:"rows_before"` // of that
	Stale      []StaleTable `json:"stale"`       // what the next run rebuilds
	// Recovered says that this only completed an earlier rollback that was
	// cut off.
	Recovered bool `json:"recovered,omitempty"`
	// MovedBack is how many files are back that a run with --replace had moved
	// aside; then no run made the version in place.
	MovedBack int `json:"moved_back,omitempty"`
}

// StaleTable is a table that is older than its upstream.
type StaleTable struct {
	Table string `json:"table"`
	Why   string `json:"why"`
}

// Rollback puts the previous version of a table in the place of the present
// one, which becomes the previous version: a second rollback undoes the first.
// Files that the last run moved aside come first: they get back to their place.
// It publishes as a run does, so that an interruption leaves one version
// or the other, whole. A modified table is left alone.
func Rollback(ctx context.Context, r *pipeline.Runner, name string) (*Restored, error) {
	t := r.Lake.Table(name)
	if t == nil {
		return nil, r.Lake.Unknown(name)
	}
	if t.IsLanding() {
		return nil, pipeline.Fail(pipeline.BadUsage, t.Name, "Roll back a downstream table.", "landing tables are not versioned")
	}
	holder := r.Holder
	holder.Since = r.Now()
	holder.Run = state.RunID(holder.Since)
	unlock, err := r.Store.Lock(ctx, holder)
	if err != nil {
		return nil, err
	}
	b := rollback{runner: r, store: r.Store, table: t, id: holder.Run}
	restored, err := b.do(ctx)
	if ctx.Err() != nil && err != nil {
		err = context.Cause(ctx)
	}
	err = errors.Join(err, r.Store.Sweep(context.WithoutCancel(ctx)), unlock())
	if err != nil && b.done {
		err = fmt.Errorf("rolled back, but the cleanup failed: %w", err)
	}
	if err != nil {
		return nil, pipeline.Named(t.Name, err)
	}
	return restored, nil
}

// rollback is a rollback in progress, under the lock.
type rollback struct {
	runner  *pipeline.Runner
	store   pipeline.Store
	table   *pipeline.Table
	id      string
	current *pipeline.Manifest // nil: the table's file is missing
	made    string             // the run that built the current version, even if its file is missing
	back    *pipeline.Manifest // of the version to be restored
	folder  string             // the folder of that version
	done    bool               // it is in place; a second try would undo it
}

func (b *rollback) do(ctx context.Context) (*Restored, error) {
	cut, err := state.ReadManifest(ctx, b.store, state.IntentName(b.table.Name))
	if err != nil {
		return nil, err
	}
	if err := state.RecoverLake(ctx, b.store, state.PublisherOf(b.runner), b.runner.Lake); err != nil {
		return nil, err
	}
	moved, err := b.moved(ctx)
	if err != nil {
		return nil, err
	}
	if err := b.look(ctx, moved); err != nil {
		return nil, err
	}
	if len(moved) > 0 {
		return b.restore(ctx, moved)
	}
	if cut != nil && cut.RolledBack && b.current != nil && b.current.Run == cut.Run {
		restored, err := b.tell(ctx, b.current, nil)
		if err == nil {
			restored.Recovered = true
		}
		return restored, err
	}
	if err := b.find(ctx); err != nil {
		return nil, err
	}
	before := b.current
	published, err := b.publish(ctx)
	if err != nil {
		return nil, err
	}
	return b.tell(ctx, published, before)
}

// look makes sure that the table was not modified outside stedi.
func (b *rollback) look(ctx context.Context, moved map[string]string) error {
	state, err := state.Inspect(ctx, b.store, b.table)
	if err != nil {
		return err
	}
	if len(state.Blocking) > 0 && (state.Built != "" || !onlyMoved(state.Blocking, moved)) {
		var names []string
		for _, f := range state.Blocking {
			names = append(names, f.Name)
		}
		return pipeline.Fail(pipeline.Conflict, b.table.Name, "Inspect them and move them away; `stedi run --replace` moves them to .stedi/replaced and rebuilds the table.",
			"%s modified outside stedi: %s", pipeline.Counted(len(names), "file"), firstFiles(names))
	}
	b.current, b.made = state.Manifest, state.Built
	return nil
}

// find finds the version to be restored.
func (b *rollback) find(ctx context.Context) error {
	kept, err := b.store.List(ctx, pipeline.StateFolder+"/previous")
	if err != nil {
		return err
	}
	if b.back, b.folder, err = state.Previous(ctx, b.store, kept, b.table, b.made); err != nil {
		return err
	}
	if b.back == nil {
		return pipeline.Fail(pipeline.BadUsage, b.table.Name, "Rebuild it with `stedi run --force TABLE`.",
			"there is no previous version: a run keeps the version that it replaces, and the next run deletes it, since it may contain rows of people who have withdrawn their consent")
	}
	return nil
}

// publish publishes the previous version and deletes the copy that it was
// restored from.
func (b *rollback) publish(ctx context.Context) (*pipeline.Manifest, error) {
	published, err := b.put(ctx)
	if err != nil {
		// Perhaps only the removal of the intent failed.
		now, e := state.ReadManifest(context.WithoutCancel(ctx), b.store, state.ManifestName(b.table.Name))
		b.done = now != nil && now.Run == b.back.Run
		return nil, errors.Join(err, e)
	}
	b.done = true
	// The manifest is deleted first: without it a file is not a version.
	for _, name := range []string{b.table.Name + ".json", b.table.Part()} {
		if err := b.store.Delete(ctx, b.folder+"/"+name); err != nil {
			return nil, err
		}
	}
	if left, err := b.store.List(ctx, b.folder); err != nil || len(left) > 0 {
		return published, err
	}
	return published, b.store.Delete(ctx, b.folder)
}

func (b *rollback) put(ctx context.Context) (*pipeline.Manifest, error) {
	publisher := state.PublisherOf(b.runner)
	v := pipeline.Version{Table: b.table, Manifest: *b.back, Old: b.current}
	v.Manifest.RolledBack, v.Manifest.Token = true, ""
	if !publisher.OneFile() {
		return publisher.Publish(ctx, v)
	}
	var err error
	if v.Staged, err = b.stage(ctx); err != nil {
		return nil, err
	}
	v.Manifest.Files = []pipeline.ManifestFile{{Hash: v.Manifest.Hash, Rows: v.Manifest.Rows}}
	published, err := publisher.Publish(ctx, v)
	if err != nil {
		return nil, errors.Join(err, v.Staged.Discard())
	}
	return published, nil
}

// stage copies the previous version and verifies its content.
func (b *rollback) stage(ctx context.Context) (_ pipeline.StagedFile, err error) {
	kept := b.folder + "/" + b.table.Part()
	in, err := b.store.Open(ctx, kept)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, pipeline.Fail(pipeline.Conflict, b.table.Name, "Rebuild the table.", "the kept version has been removed from %s", b.folder)
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	staged, err := b.store.Create(ctx, b.id+"/"+b.table.Name+".json")
	if err != nil {
		return nil, fmt.Errorf("staging: %w", err)
	}
	if _, err := io.Copy(staged, cancelled{ctx, in}); err != nil {
		return nil, errors.Join(fmt.Errorf("staging: %w", err), staged.Discard())
	}
	if err := staged.Close(); err != nil {
		return nil, errors.Join(fmt.Errorf("staging: %w", err), staged.Discard())
	}
	hash, err := ndjson.HashFile(ctx, staged.Path())
	if err == nil && hash != b.back.Hash {
		err = pipeline.Fail(pipeline.Conflict, b.table.Name, "Rebuild the table.", "the kept version in %s was modified outside stedi", b.folder)
	}
	if err != nil {
		return nil, errors.Join(err, staged.Discard())
	}
	return staged, nil
}

// cancelled is a reader that ends with its context.
type cancelled struct {
	ctx context.Context //nolint:containedctx // io.Copy takes no context
	in  io.Reader
}

func (c cancelled) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.in.Read(p)
}

// tell reports the current version and the stale tables.
func (b *rollback) tell(ctx context.Context, now, before *pipeline.Manifest) (*Restored, error) {
	restored := &Restored{Table: b.table.Name, Run: now.Run, Rows: now.Rows, Stale: []StaleTable{}}
	if before != nil {
		restored.Before, restored.RowsBefore = before.Run, before.Rows
	}
	found, err := survey.Take(ctx, b.runner, nil)
	if err != nil {
		return nil, err
	}
	stale := found.Stale(b.runner.Lake)
	for _, t := range b.runner.Lake.Tables {
		if why, ok := stale[t.Name]; ok {
			restored.Stale = append(restored.Stale, StaleTable{t.Name, why})
		}
	}
	return restored, nil
}
