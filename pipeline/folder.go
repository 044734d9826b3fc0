package pipeline

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"stedi/pipeline/ndjson"
)

// cleanTime is how long may be spent on bringing things into order after a
// failure, or a cancellation.
const cleanTime = 30 * time.Second

// folder is the output of an engine that leaves part files. Its intent is
// written before the engine starts, so that the next run finds what a killed
// one has started.
type folder struct {
	run    *run
	table  *Table
	open   *Manifest  // the intent
	joined StagedFile // the rows, if the publisher wants one file
}

// openFolder records what is about to be built before an engine is asked for
// it. What a killed run has started is resumed, if the engine can and it is
// still what is wanted.
func (r *run) openFolder(ctx context.Context, t *Table) (*folder, error) {
	from := r.versions(t)
	open, err := readManifest(ctx, r.store, intentName(t.Name))
	if err != nil {
		return nil, err
	}
	if open != nil && open.Token != "" {
		same := open.Engine == r.engine.Name() && open.SQL == t.Made.SQL && maps.Equal(open.From, from)
		if same && r.engine.Capabilities().Resumes {
			return &folder{run: r, table: t, open: open}, nil
		}
		if err := r.drop(ctx, t, open); err != nil {
			return nil, err
		}
	}
	open = &Manifest{
		Schema: manifestSchema, Table: t.Name, Run: r.id, SQL: t.Made.SQL, Engine: r.engine.Name(), From: from,
		Folder: r.publisher.Folder(t, r.id), Token: rand.Text() + rand.Text(),
	}
	return &folder{run: r, table: t, open: open}, writeJSON(ctx, r.store, intentName(t.Name), open)
}

// versions says which files a table would be built from.
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

func (f *folder) target(ctx context.Context) Output {
	target := targetOf(f.open)
	target.Begun = func(query string) error {
		f.open.Query = query
		return writeJSON(ctx, f.run.store, intentName(f.open.Table), f.open)
	}
	return Output{Folder: &target}
}

// targetOf is the target that an intent was written for.
func targetOf(open *Manifest) Target {
	return Target{Folder: open.Folder, Token: open.Token, Query: open.Query}
}

// collect lists the part files, and joins them if a table is one file.
func (f *folder) collect(ctx context.Context, m Manifest) (Version, error) {
	files, err := f.run.store.List(ctx, f.open.Folder)
	if err != nil {
		return Version{}, err
	}
	files = dataFiles(f.open.Folder, files)
	if f.run.publisher.OneFile() {
		return f.join(ctx, m, files)
	}
	m.Bytes, m.Hash = size(files), versionsHash(files)
	m.Folder, m.Token, m.Engine, m.From = f.open.Folder, f.open.Token, f.open.Engine, f.run.versions(f.table)
	for _, file := range files {
		m.Files = append(m.Files, ManifestFile{File: file})
	}
	return Version{Table: f.table, Manifest: m}, nil
}

// dataFiles leaves out what engines write beside their part files, such as
// _SUCCESS and checksums.
func dataFiles(folder string, files []File) []File {
	return slices.DeleteFunc(slices.Clone(files), func(f File) bool {
		return slices.ContainsFunc(strings.Split(strings.TrimPrefix(f.Name, folder+"/"), "/"), Hidden)
	})
}

// join reads the part files as strictly as any table and writes their rows into
// one staged file.
func (f *folder) join(ctx context.Context, m Manifest, files []File) (_ Version, err error) {
	input, err := fetchInput(ctx, f.run.store, f.table, files)
	if err != nil {
		return Version{}, err
	}
	one, err := f.run.openStream(ctx, f.table)
	if err != nil {
		return Version{}, err
	}
	f.joined = one.file
	report, err := ndjson.Join(ctx, input.Files, f.table.Columns, ndjson.Limits{}, one.audit)
	if err != nil {
		return Version{}, fmt.Errorf("joining the part files: %w", err)
	}
	if len(report.Rejects) > 0 {
		return Version{}, Fail(BadEngine, f.table.Name, "Not published. Report this with the engine's version.",
			"audit: the engine %s wrote a line that is not a row of the table: %s", f.open.Engine, report.Rejects[0])
	}
	return one.collect(ctx, m)
}

// rows are the joined file, the folder as it is for an engine that checks it
// there, or its files.
func (f *folder) rows(ctx context.Context, v Version) (Input, error) {
	switch target := targetOf(f.open); {
	case f.run.engine.Capabilities().ChecksInPlace:
		return Input{Table: f.table, Staged: &target}, nil
	case v.Staged != nil:
		return stagedRows(v), nil
	}
	return fetchInput(ctx, f.run.store, f.table, v.Manifest.files())
}

// discard stops what is on its way to the folder, and deletes it.
func (f *folder) discard(ctx context.Context) error {
	return errors.Join(f.unstage(), f.run.drop(ctx, f.table, f.open))
}

// published ends the engine's work on the folder. A folder that was joined into
// one file is deleted.
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

// drop stops what is on its way to a folder, and deletes the folder and the
// intent that was written for it.
func (r *run) drop(ctx context.Context, t *Table, open *Manifest) error {
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTime)
	defer cancel()
	err := r.engine.Release(after, t, targetOf(open))
	if err == nil {
		err = dropVersion(after, r.store, open)
	}
	if err != nil {
		return fmt.Errorf("unfinished work is left in %s for the next run: %w", open.Folder, err)
	}
	return nil
}

// abandon drops what a killed run of the same engine has started, if the engine
// cannot resume it: a process of it may still run.
func (r *run) abandon(ctx context.Context) error {
	can := r.engine.Capabilities()
	if !can.Parts || can.Resumes {
		return nil
	}
	for _, t := range r.lake.Tables {
		if t.IsLanding() {
			continue
		}
		open, err := readManifest(ctx, r.store, intentName(t.Name))
		if err == nil && open != nil && open.Token != "" && open.Engine == r.engine.Name() {
			err = r.drop(ctx, t, open)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
