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
	var out *growing
	var part pipeline.Version
	b := building{lake: r.lake, job: pipeline.Job{Table: t, Watch: r.watch(t), Keep: r.readLater(t.Name, rest), Before: &before}}
	b.find = func(ctx context.Context, t *pipeline.Table) (pipeline.Input, error) {
		if !slices.Contains(grown, t) {
			return r.find(ctx, t)
		}
		return r.grownInput(ctx, t)
	}
	b.open = func(ctx context.Context, t *pipeline.Table) (_ sink, err error) {
		out, err = r.openGrowing(ctx, t, old)
		return out, err
	}
	b.work = func(ctx context.Context, job pipeline.Job) (pipeline.Result, error) {
		result, err := r.work(ctx, job)
		if err != nil {
			return result, r.cannotReadInput(ctx, job, pipeline.AsDataFailure(ctx, job, err))
		}
		for _, input := range grown {
			err = errors.Join(err, r.grown[input.Name].combine(input, r.Landing[input.Name].Files, result.Reports))
		}
		return result, err
	}
	b.accept = func(ctx context.Context, job pipeline.Job, result pipeline.Result) (err error) {
		part, err = r.accept(ctx, job, result, out.stream, rest)
		return err
	}
	if err = b.build(ctx); err == nil {
		if err = r.mayPublish(ctx, t); err != nil {
			err = errors.Join(err, out.discard(ctx))
		}
	}
	if err != nil {
		return nil, errors.Join(err, r.engine.Forget(context.WithoutCancel(ctx), t.Name))
	}
	r.watched = nil // the engine has those of the added rows only
	none := part.Manifest.Rows == 0
	r.unkept[t.Name] = none || !b.job.Keep
	if none && old.Bytes >= leastLeft {
		if err := out.discard(ctx); err != nil {
			return nil, err
		}
		part.Manifest.Funnel = grownFunnel(old.Funnel, part.Manifest.Funnel)
		return r.leave(ctx, t, part.Manifest)
	}
	whole, err := out.append(ctx, part, old)
	if err != nil {
		return nil, errors.Join(err, out.discard(ctx), r.engine.Forget(context.WithoutCancel(ctx), t.Name))
	}
	if part.Manifest.Rows > 0 {
		r.grown[t.Name] = &growth{before: old.Hash, bytes: part.Manifest.Bytes}
	}
	return r.publish(ctx, whole, out.whole, rest)
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
		return input, r.cannotRead(ctx, t, err)
	}
	added, err := pipeline.FetchInput(ctx, r.store, t, g.files)
	if err != nil {
		return input, r.cannotRead(ctx, t, err)
	}
	input.Grown, input.Added = true, added.Files
	return input, nil
}

// leave records that a table has the rows of before, although its inputs have
// changed. Its file stays, so nothing downstream changes.
func (r *run) leave(ctx context.Context, t *pipeline.Table, m pipeline.Manifest) (*pipeline.Manifest, error) {
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

// growing is the output of a job that adds rows: the added rows, and the file of
// the new version, into which the rows of before are copied meanwhile.
type growing struct {
	*stream
	whole  *stream
	stop   context.CancelFunc // ends the copying
	copied chan struct{}      // closed at its end; then err is set
	err    error
}

func (r *run) openGrowing(ctx context.Context, t *pipeline.Table, old *pipeline.Manifest) (*growing, error) {
	added, err := r.openStreamAs(ctx, t, t.Name+"_added")
	if err != nil {
		return nil, err
	}
	whole, err := r.openStream(ctx, t)
	if err != nil {
		return nil, errors.Join(err, added.discard(ctx))
	}
	g := &growing{stream: added, whole: whole, copied: make(chan struct{})}
	ctx, g.stop = context.WithCancel(ctx)
	go func() {
		defer close(g.copied)
		defer g.stop()
		g.err = r.copyOld(ctx, whole.audit, old)
	}()
	return g, nil
}

// copyOld copies the file of a version.
func (r *run) copyOld(ctx context.Context, to *audited, old *pipeline.Manifest) error {
	name := old.Files[0].Name
	from, err := r.store.Open(ctx, name)
	if err == nil {
		err = copyTo(ctx, to, from)
	}
	if err == nil && to.hash.Sum() != old.Hash {
		err = pipeline.Fail(pipeline.Conflict, old.Table, "Run again.", "%s changed while it was read", name)
	}
	return err
}

// copyTo copies a file of whole lines, and closes it.
func copyTo(ctx context.Context, to *audited, from io.ReadCloser) error {
	err := eachBlock(ctx, from, func(block []byte) error {
		_, err := to.Write(block)
		return err
	})
	return errors.Join(err, from.Close())
}

// discard ends the copying and removes all rows.
func (g *growing) discard(ctx context.Context) error {
	g.stop()
	<-g.copied
	return errors.Join(g.stream.discard(ctx), g.whole.discard(ctx))
}

// append writes the added rows after those of before, and returns the new version.
func (g *growing) append(ctx context.Context, added pipeline.Version, old *pipeline.Manifest) (version pipeline.Version, err error) {
	if <-g.copied; g.err != nil {
		return version, g.err
	}
	file, err := os.Open(added.Staged.Path())
	if err == nil {
		err = copyTo(ctx, g.whole.audit, file)
	}
	if err != nil {
		return version, err
	}
	m := added.Manifest
	m.Rows += old.Rows
	m.Funnel = grownFunnel(old.Funnel, m.Funnel)
	version, err = g.whole.collect(ctx, m)
	version.Old = old
	return version, errors.Join(err, g.stream.discard(ctx))
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
