package run

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/state"
)

// cleanTime bounds the cleanup after a failure or a cancellation.
const cleanTime = 30 * time.Second

// folder is the output of an engine that writes part files. Its intent is
// written before the engine starts, so that the next run finds the work of a
// killed run.
type folder struct {
	run     *run
	table   *pipeline.Table
	open    *pipeline.Manifest  // the intent
	resumed bool                // a killed run wrote the intent
	joined  pipeline.StagedFile // the rows, if the publisher requires one file
}

// openFolder records what is about to be built before it calls the engine. It
// resumes the work of a killed run if the engine supports it and the work is
// still the same.
func (r *run) openFolder(ctx context.Context, t *pipeline.Table) (*folder, error) {
	from := r.versions(t)
	open, err := state.ReadManifest(ctx, r.store, state.IntentName(t.Name))
	if err != nil {
		return nil, err
	}
	if open != nil && open.Token != "" {
		same := open.Engine == r.engine.Name() && open.SQL == t.Transform.SQL && maps.Equal(open.From, from)
		resumes, err := r.resumes(ctx, open)
		if err != nil {
			return nil, err
		}
		if same && resumes {
			return &folder{run: r, table: t, open: open, resumed: true}, nil
		}
		if err := r.drop(ctx, t, open); err != nil {
			return nil, err
		}
	}
	open = &pipeline.Manifest{
		Schema: state.ManifestSchema, Table: t.Name, Run: r.id, SQL: t.Transform.SQL, Engine: r.engine.Name(), From: from,
		Folder: r.publisher.Folder(t, r.id), Token: rand.Text() + rand.Text(),
	}
	return &folder{run: r, table: t, open: open}, state.WriteJSON(ctx, r.store, state.IntentName(t.Name), open)
}

// resumes reports whether the engine can go on with the work of an intent.
func (r *run) resumes(ctx context.Context, open *pipeline.Manifest) (bool, error) {
	if !r.engine.Capabilities().Resumes || open.Engine != r.engine.Name() {
		return false, nil
	}
	if engine, ok := r.engine.(pipeline.LostWork); ok {
		lost, err := engine.Lost(ctx, targetOf(open))
		return !lost, err
	}
	return true, nil
}

// versions returns the versions of the files from which a table would be built.
func (r *run) versions(t *pipeline.Table) map[string]pipeline.Hash {
	from := map[string]pipeline.Hash{}
	for _, name := range t.Transform.Inputs {
		if input := r.lake.Table(name); input.IsLanding() {
			from[name] = state.VersionsHash(r.Landing[name].Files)
		} else if m := r.Manifests[name]; m != nil {
			from[name] = m.Hash
		}
	}
	return from
}

func (f *folder) target(ctx context.Context) pipeline.Output {
	target := targetOf(f.open)
	target.Resumed = f.resumed
	target.Begun = func(query string) error {
		f.open.Query = query
		return state.WriteJSON(ctx, f.run.store, state.IntentName(f.open.Table), f.open)
	}
	return pipeline.Output{Folder: &target}
}

// targetOf returns the target of an intent.
func targetOf(open *pipeline.Manifest) pipeline.Target {
	return pipeline.Target{Folder: open.Folder, Token: open.Token, Query: open.Query}
}

// collect lists the part files, and joins them if a table is one file.
func (f *folder) collect(ctx context.Context, m pipeline.Manifest) (pipeline.Version, error) {
	files, err := f.run.store.List(ctx, f.open.Folder)
	if err != nil {
		return pipeline.Version{}, err
	}
	files = dataFiles(f.open.Folder, files)
	if f.run.publisher.OneFile() {
		return f.join(ctx, m, files)
	}
	m.Bytes, m.Hash = pipeline.Size(files), state.VersionsHash(files)
	m.Folder, m.Token, m.Engine, m.From = f.open.Folder, f.open.Token, f.open.Engine, f.run.versions(f.table)
	for _, file := range files {
		m.Files = append(m.Files, pipeline.ManifestFile{File: file})
	}
	return pipeline.Version{Table: f.table, Manifest: m}, nil
}

// dataFiles drops the other files that engines write beside their part files,
// such as _SUCCESS and checksums.
func dataFiles(folder string, files []pipeline.File) []pipeline.File {
	return slices.DeleteFunc(slices.Clone(files), func(f pipeline.File) bool {
		return slices.ContainsFunc(strings.Split(strings.TrimPrefix(f.Name, folder+"/"), "/"), pipeline.Hidden)
	})
}

// join reads the part files as strictly as any table and writes their rows to
// one staged file.
func (f *folder) join(ctx context.Context, m pipeline.Manifest, files []pipeline.File) (_ pipeline.Version, err error) {
	input, err := pipeline.FetchInput(ctx, f.run.store, f.table, files)
	if err != nil {
		return pipeline.Version{}, err
	}
	one, err := f.run.openStream(ctx, f.table)
	if err != nil {
		return pipeline.Version{}, err
	}
	f.joined = one.file
	report, err := ndjson.Join(ctx, input.Files, f.table.Columns, ndjson.Limits{}, one.audit)
	if err != nil {
		return pipeline.Version{}, fmt.Errorf("joining the part files: %w", err)
	}
	if len(report.Rejects) > 0 {
		return pipeline.Version{}, pipeline.Fail(pipeline.BadEngine, f.table.Name, "Not published. Report this with the engine's version.",
			"audit: the engine %s wrote a line that is not a row of the table: %s", f.open.Engine, report.Rejects[0])
	}
	return one.collect(ctx, m)
}

// rows returns the joined file, the folder itself for an engine that checks in
// place, or the folder's files.
func (f *folder) rows(ctx context.Context, v pipeline.Version) (pipeline.Input, error) {
	switch target := targetOf(f.open); {
	case f.run.engine.Capabilities().ChecksInPlace:
		return pipeline.Input{Table: f.table, Staged: &target}, nil
	case v.Staged != nil:
		return stagedRows(v), nil
	}
	return pipeline.FetchInput(ctx, f.run.store, f.table, v.Manifest.DataFiles())
}

// discard stops the engine's work on the folder and deletes the folder.
func (f *folder) discard(ctx context.Context) error {
	return errors.Join(f.unstage(), f.run.drop(ctx, f.table, f.open))
}

// published ends the engine's work on the folder. It deletes a folder that was
// joined into one file.
func (f *folder) published(ctx context.Context) error {
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTime)
	defer cancel()
	err := errors.Join(f.unstage(), f.run.engine.Release(after, f.table, targetOf(f.open)))
	if f.run.publisher.OneFile() {
		err = errors.Join(err, f.run.store.Delete(after, f.open.Folder))
	}
	return err
}

// unstage removes the joined file, unless it was committed.
func (f *folder) unstage() error {
	if f.joined == nil {
		return nil
	}
	return f.joined.Discard()
}

// drop stops the engine's work on a folder, and deletes the folder and its
// intent.
func (r *run) drop(ctx context.Context, t *pipeline.Table, open *pipeline.Manifest) error {
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTime)
	defer cancel()
	err := r.engine.Release(after, t, targetOf(open))
	if err == nil {
		err = state.DropVersion(after, r.store, open)
	}
	if err != nil {
		return fmt.Errorf("unfinished work is left in %s for the next run: %w", open.Folder, err)
	}
	return nil
}

// abandon drops the work of a killed run of the same engine if the engine
// cannot resume it, because one of its processes may still run.
func (r *run) abandon(ctx context.Context) error {
	can := r.engine.Capabilities()
	if !can.Parts || can.Resumes {
		return nil
	}
	for _, t := range r.lake.Tables {
		if t.IsLanding() {
			continue
		}
		open, err := state.ReadManifest(ctx, r.store, state.IntentName(t.Name))
		if err == nil && open != nil && open.Token != "" && open.Engine == r.engine.Name() {
			err = r.drop(ctx, t, open)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
