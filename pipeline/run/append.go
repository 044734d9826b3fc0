package run

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/state"
)

// errWhole means that a table must be built from all rows of its inputs.
var errWhole = errors.New("the table must be built from all rows")

// grow builds the rows that the added rows of some inputs give, and publishes the
// version of before with these rows at its end. It returns errWhole if that is
// not the same as building the table from all rows.
func (r *run) grow(ctx context.Context, t *pipeline.Table, grown []*pipeline.Table, rest []PlanStep) (*pipeline.Manifest, error) {
	old := r.Manifests[t.Name]
	before, err := r.stored(ctx, t, false)
	if err != nil {
		return nil, err
	}
	var added, out *stream // the added rows, and all of them
	var whole pipeline.Version
	b := building{lake: r.lake, job: pipeline.Job{Table: t, Watch: r.watch(t), Keep: r.readLater(t.Name, rest), Before: &before}}
	b.find = func(ctx context.Context, t *pipeline.Table) (pipeline.Input, error) {
		if !slices.Contains(grown, t) {
			return r.find(ctx, t)
		}
		return r.grownInput(ctx, t)
	}
	b.open = func(ctx context.Context, t *pipeline.Table) (_ sink, err error) {
		added, err = r.openStreamAs(ctx, t, t.Name+"_added")
		return added, err
	}
	b.work = func(ctx context.Context, job pipeline.Job) (pipeline.Result, error) {
		result, err := r.work(ctx, job)
		if err != nil {
			return result, pipeline.AsDataFailure(ctx, job, err)
		}
		for _, input := range grown {
			err = errors.Join(err, r.grown[input.Name].combine(input, r.Landing[input.Name].Files, result.Reports))
		}
		return result, err
	}
	b.accept = func(ctx context.Context, job pipeline.Job, result pipeline.Result) error {
		part, err := r.accept(ctx, job, result, added, rest)
		if err != nil {
			return err
		}
		if out, err = r.openStream(ctx, t); err != nil {
			return err
		}
		if whole, err = r.append(ctx, out, part, old); err != nil {
			return errors.Join(err, out.discard(ctx))
		}
		return nil
	}
	err = b.build(ctx)
	if err == nil {
		if err = errors.Join(r.mayPublish(ctx, t), added.file.Discard()); err != nil {
			err = errors.Join(err, out.discard(ctx))
		}
	}
	if err != nil {
		return nil, errors.Join(err, r.engine.Forget(context.WithoutCancel(ctx), t.Name))
	}
	if whole.Manifest.Rows == old.Rows {
		r.unkept[t.Name] = true
		if old.Bytes >= leastLeft {
			return r.leave(ctx, t, whole.Manifest, whole.Staged)
		}
	} else {
		r.grown[t.Name] = &growth{before: old.Hash, bytes: whole.Manifest.Bytes - old.Bytes}
	}
	return r.publish(ctx, whole, out, rest)
}

// grownInput returns an input to which rows were added.
func (r *run) grownInput(ctx context.Context, t *pipeline.Table) (pipeline.Input, error) {
	if !t.IsLanding() {
		return pipeline.Input{Table: t, Grown: true}, nil
	}
	g := r.grown[t.Name]
	isAdded := func(f pipeline.File) bool {
		return slices.ContainsFunc(g.files, func(added pipeline.File) bool { return added.Name == f.Name })
	}
	input, err := pipeline.FetchInput(ctx, r.store, t, slices.DeleteFunc(slices.Clone(r.Landing[t.Name].Files), isAdded))
	if err != nil {
		return input, err
	}
	added, err := pipeline.FetchInput(ctx, r.store, t, g.files)
	input.Grown, input.Added = true, added.Files
	return input, err
}

// leave records that a table has the rows of before, although its inputs have
// changed. Its file stays, so nothing downstream changes.
func (r *run) leave(ctx context.Context, t *pipeline.Table, m pipeline.Manifest, unused ...pipeline.StagedFile) (*pipeline.Manifest, error) {
	for _, file := range unused {
		if err := file.Discard(); err != nil {
			return nil, err
		}
	}
	same := *r.Manifests[t.Name]
	same.Inputs, same.Funnel, same.Guards = m.Inputs, m.Funnel, m.Guards
	return &same, state.WriteJSON(ctx, r.store, state.ManifestName(t.Name), same)
}

// combine turns the report on the added rows of an input into one on all its
// rows.
func (g *growth) combine(input *pipeline.Table, files []pipeline.File, reports map[string]ndjson.Report) error {
	if g.landed == nil {
		return nil
	}
	added, ok := reports[input.Name]
	if !ok || len(added.Rejects)+len(added.MissingKeys)+len(added.Notes) > 0 || added.Rejected > 0 {
		return errWhole
	}
	all := ndjson.Report{Rows: g.landed.Rows + added.Rows, Bytes: g.landed.Bytes + added.Bytes}
	seen := map[pipeline.Hash]bool{}
	for _, f := range files {
		var report ndjson.FileReport
		if i := slices.IndexFunc(added.Files, func(r ndjson.FileReport) bool { return r.Name == f.Name }); i >= 0 {
			report = added.Files[i]
		} else if i := slices.IndexFunc(g.landed.Files, func(m pipeline.ManifestFile) bool { return m.Name == f.Name }); i >= 0 {
			known := g.landed.Files[i]
			report = ndjson.FileReport{Name: f.Name, Size: f.Size, Hash: known.Hash, Rows: known.Rows}
		}
		if seen[report.Hash] {
			return errWhole // two files have the same content, of which the reader takes note
		}
		seen[report.Hash] = true
		all.Files = append(all.Files, report)
	}
	reports[input.Name] = all
	return nil
}

// append writes the file of a version with the added rows at its end.
func (r *run) append(ctx context.Context, out *stream, added pipeline.Version, old *pipeline.Manifest) (pipeline.Version, error) {
	from, err := r.store.Open(ctx, old.Files[0].Name)
	if err == nil {
		err = copyTo(ctx, out.audit, from)
	}
	if err != nil {
		return pipeline.Version{}, err
	}
	if out.audit.hash.Sum() != old.Hash {
		return pipeline.Version{}, pipeline.Fail(pipeline.Conflict, old.Table, "Run again.", "%s changed while it was read", old.Files[0].Name)
	}
	file, err := os.Open(added.Staged.Path())
	if err == nil {
		err = copyTo(ctx, out.audit, file)
	}
	if err != nil {
		return pipeline.Version{}, err
	}
	m := added.Manifest
	m.Rows += old.Rows
	m.Funnel = grownFunnel(old.Funnel, m.Funnel)
	version, err := out.collect(ctx, m)
	version.Old = old
	return version, err
}

// copyTo copies a file of whole lines, and closes it.
func copyTo(ctx context.Context, to *audited, from io.ReadCloser) error {
	err := eachBlock(ctx, from, func(block []byte) error {
		_, err := to.Write(block)
		return err
	})
	return errors.Join(err, from.Close())
}

// eachBlock reads a file of whole lines that stedi has written, in blocks of
// whole lines.
func eachBlock(ctx context.Context, from io.Reader, do func(block []byte) error) error {
	buffer, rest := make([]byte, copyBlock), 0
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n, err := io.ReadFull(from, buffer[rest:])
		atEnd := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !atEnd {
			return err
		}
		block := buffer[:rest+n]
		end := bytes.LastIndexByte(block, '\n') + 1
		if e := do(block[:end]); e != nil {
			return e
		}
		switch rest = copy(buffer, block[end:]); {
		case atEnd && rest > 0, rest >= longestLine:
			return errWhole // it has a line that stedi does not write
		case atEnd:
			return nil
		case rest == len(buffer):
			buffer = append(buffer, make([]byte, rest)...)
		}
	}
}

const (
	copyBlock   = 256 << 10 // fits into the cache of a core, where it is hashed and written
	longestLine = 64 << 20
)

// grownFunnel adds the counts of added rows to those of before.
func grownFunnel(old, added pipeline.Funnel) pipeline.Funnel {
	funnel := slices.Clone(old)
	for i := range funnel {
		funnel[i].Rows += added[i].Rows
	}
	return funnel
}
