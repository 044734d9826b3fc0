package run

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/zeebo/xxh3"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/state"
)

// errWhole means that a table must be built from all rows of its inputs.
var errWhole = errors.New("the table must be built from all rows")

// grow builds the rows that the added rows of an input give, and publishes the
// version of before with these rows at its end. It returns errWhole if that is
// not the same as building the table from all rows.
func (r *run) grow(ctx context.Context, t, input *pipeline.Table, rest []PlanStep) (*pipeline.Manifest, error) {
	g, old := r.grown[input.Name], r.Manifests[t.Name]
	var added *stream
	var part, whole pipeline.Version
	b := building{lake: r.lake, job: pipeline.Job{Table: t, Watch: r.watch(t)}}
	b.find = func(ctx context.Context, t *pipeline.Table) (pipeline.Input, error) {
		if t != input {
			return r.find(ctx, t)
		}
		return g.input(ctx, r.store, t)
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
		return result, g.combine(input, r.Landing[input.Name].Files, result.Reports)
	}
	b.accept = func(ctx context.Context, job pipeline.Job, result pipeline.Result) (err error) {
		if part, err = r.accept(ctx, job, result, added, rest); err == nil {
			whole, err = r.append(ctx, part, old)
		}
		return err
	}
	if err := b.build(ctx); err != nil {
		return nil, err
	}
	m := whole.Manifest
	m.Funnel = grownFunnel(t, input, old.Funnel, m.Funnel, m.Rows)
	if m.Rows == old.Rows && old.Bytes >= leastLeft {
		return r.leave(ctx, t, m, whole.Staged, added.file)
	}
	if m.Rows == old.Rows+part.Manifest.Rows {
		rows := stagedRows(part)
		r.grown[t.Name] = &growth{before: old.Hash, rows: &rows, bytes: part.Manifest.Bytes}
	}
	whole.Manifest, whole.Old = m, old
	published, err := r.publisher.Publish(ctx, whole)
	return published, errors.Join(err, whole.Staged.Discard())
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

// input returns the added rows of a table.
func (g *growth) input(ctx context.Context, store pipeline.Store, t *pipeline.Table) (pipeline.Input, error) {
	if g.rows != nil {
		return *g.rows, nil
	}
	return pipeline.FetchInput(ctx, store, t, g.files)
}

// combine turns the report on the added rows of an input into one on all its
// rows.
func (g *growth) combine(input *pipeline.Table, files []pipeline.File, reports map[string]ndjson.Report) error {
	added, ok := reports[input.Name]
	if !ok || len(added.Rejects)+len(added.MissingKeys)+len(added.Notes) > 0 || added.Rejected > 0 {
		return errWhole
	}
	if g.landed == nil {
		delete(reports, input.Name)
		return nil
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

// append stages the file of a version with the added rows at its end. Of a
// table with distinct rows, it leaves out those that the version already has.
func (r *run) append(ctx context.Context, added pipeline.Version, old *pipeline.Manifest) (_ pipeline.Version, err error) {
	t := added.Table
	lines := &addedLines{}
	if t.Transform.Distinct {
		if lines, err = readAdded(added.Staged.Path(), added.Manifest.Bytes, t); err != nil {
			return pipeline.Version{}, err
		}
	}
	out, err := r.openStream(ctx, t)
	if err != nil {
		return pipeline.Version{}, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, out.discard(ctx))
		}
	}()
	if err := r.copyOld(ctx, out.audit, old, lines); err != nil {
		return pipeline.Version{}, err
	}
	if err := lines.write(out.audit, added.Staged.Path()); err != nil {
		return pipeline.Version{}, err
	}
	m := added.Manifest
	m.Rows += old.Rows - int64(len(lines.known))
	return out.collect(ctx, m)
}

// copyOld copies the file of a version, and looks for the added lines in it.
func (r *run) copyOld(ctx context.Context, to *audited, old *pipeline.Manifest, lines *addedLines) (err error) {
	name := old.Files[0].Name
	from, err := r.store.Open(ctx, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	err = eachBlock(ctx, from, func(block []byte) error {
		if err := lines.find(block); err != nil {
			return err
		}
		_, err := to.Write(block)
		return err
	})
	if err == nil && to.hash.Sum() != old.Hash {
		err = pipeline.Fail(pipeline.Conflict, old.Table, "Run again.", "%s changed while it was read", name)
	}
	return err
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

// mostAdded is the size in bytes up to which added lines are compared with those
// of a version.
const mostAdded = 128 << 20

// addedLines are added rows as lines; nothing of them is known for a table whose
// rows need not be distinct.
type addedLines struct {
	text  []byte
	lines [][]byte
	at    map[uint64]int // by hash: a line, or another one of an equal row, which is negative
	known map[int]bool   // lines that the version has
}

func readAdded(path string, size int64, t *pipeline.Table) (*addedLines, error) {
	if size > mostAdded {
		return nil, errWhole
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	a := &addedLines{text: text, at: map[uint64]int{}, known: map[int]bool{}}
	a.lines = slices.Collect(bytes.Lines(text))
	fractions := slices.ContainsFunc(t.Columns, func(c pipeline.Column) bool {
		kind := c.Type.Shape().Kind
		return kind == ndjson.KindFloat || kind == ndjson.KindDouble
	})
	for i, line := range a.lines {
		if fractions {
			others, known := withOtherZeros(line)
			if !known {
				return nil, errWhole
			}
			for _, other := range others {
				a.at[xxh3.Hash(other)] = -1
			}
		}
		a.at[xxh3.Hash(line)] = i
	}
	return a, nil
}

// find marks the added lines that are among those of a text. A line that may be
// an equal row with other zeros gives errWhole.
func (a *addedLines) find(text []byte) error {
	if len(a.at) == 0 {
		return nil
	}
	for line := range bytes.Lines(text) {
		i, ok := a.at[xxh3.Hash(line)]
		if !ok {
			continue
		}
		if i < 0 || !bytes.Equal(line, a.lines[i]) {
			return errWhole
		}
		a.known[i] = true
	}
	return nil
}

// write writes the lines that the version does not have.
func (a *addedLines) write(to io.Writer, path string) (err error) {
	if a.at == nil {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		_, err = io.CopyBuffer(to, struct{ io.Reader }{file}, make([]byte, copyBlock))
		return errors.Join(err, file.Close())
	}
	if len(a.known) == 0 {
		_, err = to.Write(a.text)
		return err
	}
	var text []byte
	for i, line := range a.lines {
		if !a.known[i] {
			text = append(text, line...)
		}
	}
	_, err = to.Write(text)
	return err
}

// zero is a number that is equal to another one as text.
var zero = regexp.MustCompile(`:-?0\.0[,}]`)

// mostZeros bounds the lines that withOtherZeros returns.
const mostZeros = 6

// withOtherZeros returns the lines that are equal to a line but for the signs of
// its zeros, which are the same number in SQL. They are unknown if it has too
// many zeros.
func withOtherZeros(line []byte) (others [][]byte, known bool) {
	zeros := zero.FindAllIndex(line, -1)
	if len(zeros) > mostZeros {
		return nil, false
	}
	others = [][]byte{nil}
	at := 0
	for _, z := range zeros {
		var longer [][]byte
		for _, other := range others {
			other = append(other, line[at:z[0]]...)
			longer = append(longer, append(slices.Clone(other), ":0.0"...), append(slices.Clone(other), ":-0.0"...))
		}
		others, at = longer, z[1]-1
	}
	for i := range others {
		others[i] = append(others[i], line[at:]...)
	}
	return slices.DeleteFunc(others, func(other []byte) bool { return bytes.Equal(other, line) }), true
}

// grownFunnel adds the counts of added rows to those of before.
func grownFunnel(t, input *pipeline.Table, old, added pipeline.Funnel, rows int64) pipeline.Funnel {
	funnel := slices.Clone(old)
	stages := t.Transform.Grows[strings.ToLower(input.Name)]
	for i := range funnel {
		ofInput := i < len(t.Transform.Inputs) && funnel[i].Name == input.Name
		ofStage := i >= len(t.Transform.Inputs) && slices.Contains(stages, funnel[i].Name)
		if ofInput || ofStage {
			funnel[i].Rows += added[i].Rows
		}
	}
	funnel[len(funnel)-1].Rows = rows
	return funnel
}
