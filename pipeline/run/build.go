package run

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/state"
)

// building builds one table with an engine. A run and a parity check provide
// their own functions for it.
type building struct {
	lake *pipeline.Lake
	job  pipeline.Job
	// find returns a table as an input.
	find func(ctx context.Context, t *pipeline.Table) (pipeline.Input, error)
	open func(ctx context.Context, t *pipeline.Table) (sink, error)
	work func(ctx context.Context, job pipeline.Job) (pipeline.Result, error)
	// accept audits and accepts what was built.
	accept func(ctx context.Context, job pipeline.Job, result pipeline.Result) error
}

// build runs the engine. After an error it discards the output.
func (b building) build(ctx context.Context) error {
	job := b.job
	for _, name := range job.Table.Transform.Inputs {
		input, err := b.find(ctx, b.lake.Table(name))
		if err != nil {
			return err
		}
		job.Inputs = append(job.Inputs, input)
	}
	out, err := b.open(ctx, job.Table)
	if err != nil {
		return err
	}
	job.Output = out.target(ctx)
	result, err := b.work(ctx, job)
	if err == nil {
		err = b.accept(ctx, job, result)
	}
	if err != nil {
		return errors.Join(err, out.discard(ctx))
	}
	return nil
}

// sink receives the rows of one job.
type sink interface {
	// target returns where the job writes. The context is that of the job.
	target(ctx context.Context) pipeline.Output
	// discard removes the rows after an error.
	discard(ctx context.Context) error
}

// output is a sink whose rows become a version of a table. There is one
// implementation for a stream and one for a folder of part files.
type output interface {
	sink
	// collect ends the writing, audits the rows and describes them. The
	// manifest m states what the job has read; collect completes it.
	collect(ctx context.Context, m pipeline.Manifest) (pipeline.Version, error)
	// rows returns the rows for the guards.
	rows(ctx context.Context, v pipeline.Version) (pipeline.Input, error)
	// published cleans up after a publisher has used the version, or may have.
	published(ctx context.Context) error
}

// build builds a table with any engine and publishes it. After an error it
// removes everything, unless the publisher may have published the version.
func (r *run) build(ctx context.Context, t *pipeline.Table, rest []PlanStep) (*pipeline.Manifest, error) {
	if grown := r.grownInputs(t); len(grown) > 0 {
		if published, err := r.grow(ctx, t, grown, rest); !errors.Is(err, errWhole) {
			return published, err
		}
	}
	return r.rebuild(ctx, t, rest)
}

// rebuild builds a table from all rows of its inputs, and publishes it unless it
// has the rows of before.
func (r *run) rebuild(ctx context.Context, t *pipeline.Table, rest []PlanStep) (*pipeline.Manifest, error) {
	var out output
	var version pipeline.Version
	b := building{lake: r.lake, job: r.job(ctx, t, rest), find: r.find}
	b.work = func(ctx context.Context, job pipeline.Job) (pipeline.Result, error) {
		result, err := r.work(ctx, job)
		return result, r.cannotReadInput(ctx, job, pipeline.AsDataFailure(ctx, job, err))
	}
	b.open = func(ctx context.Context, t *pipeline.Table) (_ sink, err error) {
		out, err = r.output(ctx, t)
		return out, err
	}
	b.accept = func(ctx context.Context, job pipeline.Job, result pipeline.Result) (err error) {
		version, err = r.accept(ctx, job, result, out, rest)
		return err
	}
	err := b.build(ctx)
	if errors.Is(err, pipeline.ErrLost) && ctx.Err() == nil {
		err = b.build(ctx) // as another attempt: the intent of the killed run is gone
	}
	if errors.Is(err, pipeline.ErrEqualRows) && ctx.Err() == nil {
		b.job.Proves, b.job.Keep = false, true // DISTINCT needs the rows in a table, which may be on the disk
		err = b.build(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, r.engine.Forget(context.WithoutCancel(ctx), t.Name))
	}
	if err := r.mayPublish(ctx, t); err != nil {
		return nil, errors.Join(err, out.discard(ctx), r.engine.Forget(context.WithoutCancel(ctx), t.Name))
	}
	r.unkept[t.Name], r.watched = !b.job.Keep, b.job.Watch
	same, err := r.hasSameRows(ctx, version)
	if same || err != nil {
		err = errors.Join(err, out.discard(ctx))
	}
	if err != nil {
		return nil, err
	}
	if same {
		return r.leave(ctx, t, version.Manifest)
	}
	return r.publish(ctx, version, out, rest)
}

// mayPublish waits until the version of the table before is published. It returns
// an error if a table is not to be published, although it is built.
func (r *run) mayPublish(ctx context.Context, t *pipeline.Table) error {
	r.settle(ctx)
	r.hearCancels() // of a step that was told of only now
	switch {
	case rootCause(t, r.broken) != "":
		return errUpstream
	case r.unwanted[t.Name]:
		return unwanted(t.Name)
	}
	return nil
}

// errUpstream means that rows were built from a version that could not be
// published.
var errUpstream = errors.New("an upstream table could not be published")

// job returns the job that builds a table.
func (r *run) job(ctx context.Context, t *pipeline.Table, rest []PlanStep) pipeline.Job {
	job := pipeline.Job{Table: t}
	if r.engine.Capabilities().Keeps {
		job.Count = r.countable(t)
		room := r.hasRoom(ctx, t)
		job.Keep = room && r.readLater(t.Name, rest)
		job.Proves = !room && t.Transform.Distinct
		if !job.Keep {
			job.Watch = r.watch(t)
		}
	}
	return job
}

// find returns a table as an input of a job.
func (r *run) find(ctx context.Context, t *pipeline.Table) (input pipeline.Input, err error) {
	can := r.engine.Capabilities()
	if can.Keeps {
		input, err = r.input(ctx, t, can.InPlace)
		input.Count, input.Values = r.countable(t), r.valuesLater(t)
		if input.Values != "" {
			r.noted[t.Name] = input.Values
		}
	} else {
		input, err = r.stored(ctx, t, can.InPlace)
	}
	if m := r.Manifest(t); can.InPlace && m != nil {
		input.Rows = &m.Rows
	}
	return input, err
}

// output opens the output that the engine writes to.
func (r *run) output(ctx context.Context, t *pipeline.Table) (output, error) {
	if r.engine.Capabilities().Parts {
		return r.openFolder(ctx, t)
	}
	return r.openStream(ctx, t)
}

// accept audits what the engine has built and evaluates the guards.
func (r *run) accept(ctx context.Context, job pipeline.Job, result pipeline.Result, out output, rest []PlanStep) (pipeline.Version, error) {
	manifest, err := r.account(ctx, job, result)
	if err != nil {
		return pipeline.Version{}, err
	}
	version, err := out.collect(ctx, manifest)
	if err != nil {
		return pipeline.Version{}, err
	}
	version.Old = r.Manifests[job.Table.Name]
	rows, err := out.rows(ctx, version)
	if job.Keep {
		rows, err = pipeline.Input{Table: job.Table}, nil
	}
	if err != nil {
		return version, err
	}
	failure, err := r.guard(ctx, job, rows, rest)
	if failure != nil {
		err = r.explain(ctx, failure, version, out)
	}
	version.Manifest.Guards = r.guardKeys(job.Table)
	return version, err
}

// account decides whether what a job has read may be used, and begins the
// manifest of its result.
func (r *run) account(ctx context.Context, job pipeline.Job, result pipeline.Result) (pipeline.Manifest, error) {
	manifest := pipeline.Manifest{
		Schema: state.ManifestSchema, Table: job.Table.Name, Run: r.id, Rows: result.Rows,
		SQL: job.Table.Transform.SQL, Inputs: map[string]pipeline.Hash{}, Funnel: result.Funnel, Shape: pipeline.ShapeOf(job.Table),
	}
	if err := r.judgeInputs(ctx, job, result); err != nil {
		return manifest, err
	}
	maps.Copy(r.found, result.Found)
	r.made = result.Made
	for i, input := range job.Inputs {
		if !r.engine.Capabilities().Hashes {
			if err := r.counted(ctx, input.Table, result.Funnel[i].Rows); err != nil {
				return manifest, err
			}
		}
		hash, ok := r.Content(input.Table)
		if !ok {
			return manifest, fmt.Errorf("the content of %s is not known", input.Table.Name)
		}
		manifest.Inputs[input.Table.Name] = hash
	}
	return manifest, nil
}

// counted stores the row count of an input from an engine that computes no
// hashes. It becomes the known count of a landing table; a derived table must
// still have the files of its manifest.
func (r *run) counted(ctx context.Context, t *pipeline.Table, rows int64) error {
	if !t.IsLanding() {
		return r.sameFiles(ctx, t)
	}
	if r.Landing[t.Name].Manifest != nil {
		return nil
	}
	files := r.Landing[t.Name].Files
	report := ndjson.Report{Rows: rows, Bytes: pipeline.Size(files)}
	hashes, err := r.hashesOf(ctx, files)
	if err != nil {
		return err
	}
	for i, f := range files {
		report.Files = append(report.Files, ndjson.FileReport{Name: f.Name, Size: f.Size, Hash: hashes[i]})
	}
	return r.read(ctx, t, report)
}

// hashesOf reads landing files for their hashes. If the run reads them in place,
// they are not fetched: the store's versions stand for their content.
func (r *run) hashesOf(ctx context.Context, files []pipeline.File) ([]pipeline.Hash, error) {
	hashes := make([]pipeline.Hash, len(files))
	if r.engine.Capabilities().ChecksInPlace {
		for i := range files {
			hashes[i] = state.VersionsHash(files[i : i+1])
		}
		return hashes, nil
	}
	fetched, err := pipeline.Fetch(ctx, r.store, files)
	if err != nil {
		return nil, err
	}
	for i, f := range fetched {
		if hashes[i], err = ndjson.HashFile(ctx, f.Path); err != nil {
			return nil, err
		}
	}
	return hashes, nil
}

// sameFiles makes sure that a table was not changed while it was read, in a
// lake where a table is replaced in place.
func (r *run) sameFiles(ctx context.Context, t *pipeline.Table) error {
	if !r.publisher.OneFile() {
		return nil
	}
	now, err := r.store.List(ctx, t.Path)
	if err != nil {
		return err
	}
	if !slices.EqualFunc(r.Manifests[t.Name].DataFiles(), now, pipeline.File.Same) {
		return pipeline.Fail(pipeline.Conflict, t.Name, "Run again.", "the files in %s changed while they were read", t.Path)
	}
	return nil
}

// stream is the output of an engine that writes one stream.
type stream struct {
	table *pipeline.Table
	file  pipeline.StagedFile
	audit *audited
}

func (r *run) openStream(ctx context.Context, t *pipeline.Table) (*stream, error) {
	return r.openStreamAs(ctx, t, t.Name)
}

// openStreamAs opens a staged file of that name for rows of a table.
func (r *run) openStreamAs(ctx context.Context, t *pipeline.Table, name string) (*stream, error) {
	file, err := r.store.Create(ctx, r.id+"/"+name+".json")
	if err != nil {
		return nil, fmt.Errorf("staging: %w", err)
	}
	return &stream{t, file, newAudited(file)}, nil
}

func (s *stream) target(context.Context) pipeline.Output { return pipeline.Output{Stream: s.audit} }

// collect makes sure that the staged file has all rows.
func (s *stream) collect(ctx context.Context, m pipeline.Manifest) (pipeline.Version, error) {
	if err := s.file.Close(); err != nil {
		return pipeline.Version{}, fmt.Errorf("staging: %w", err)
	}
	if err := s.audit.audit(ctx, s.table, m.Rows); err != nil {
		return pipeline.Version{}, err
	}
	m.Bytes, m.Hash = s.audit.bytes, s.audit.hash.Sum()
	m.Files = []pipeline.ManifestFile{{Hash: m.Hash, Rows: m.Rows}}
	return pipeline.Version{Table: s.table, Manifest: m, Staged: s.file}, nil
}

func (s *stream) rows(_ context.Context, v pipeline.Version) (pipeline.Input, error) {
	return stagedRows(v), nil
}

// stagedRows returns the rows of a version in one staged file.
func stagedRows(v pipeline.Version) pipeline.Input {
	return pipeline.Input{Table: v.Table, Files: []ndjson.File{{Path: v.Staged.Path(), Name: v.Table.Part(), Size: v.Manifest.Bytes}}}
}

func (s *stream) discard(context.Context) error { return s.file.Discard() }

// published removes the staged file if it was not committed.
func (s *stream) published(context.Context) error { return s.file.Discard() }
