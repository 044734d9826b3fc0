package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/zeebo/xxh3"

	"stedi/pipeline"
	"stedi/pipeline/check"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/state"
)

// growth is how a table has grown: all its rows of before, and added rows.
type growth struct {
	before pipeline.Hash      // the content of before
	landed *pipeline.Manifest // of a landing table: the manifest of before
	files  []pipeline.File    // of a landing table: the added files
	bytes  int64              // of the added rows
}

// findGrowth finds the landing tables to which files were added, and nothing
// else has changed. Only tables whose lines were all rows count.
func (r *run) findGrowth(ctx context.Context) error {
	for _, t := range r.lake.Tables {
		found := r.Landing[t.Name]
		if !t.IsLanding() || found.Manifest != nil {
			continue
		}
		m := &pipeline.Manifest{}
		ok, err := state.ReadCache(ctx, r.store, state.LandingName(t.Name), m)
		if err != nil {
			return err
		}
		if !ok || m.Shape != pipeline.ShapeOf(t) || !isWhole(m) || !slices.Equal(m.Skipped, pipeline.FileNames(found.Skipped)) {
			continue
		}
		if added := addedFiles(m, found.Files); len(added) > 0 {
			r.grown[t.Name] = &growth{before: m.Hash, landed: m, files: added, bytes: pipeline.Size(added)}
		}
	}
	return nil
}

// isWhole reports whether nothing was rejected or noted when a table was read.
func isWhole(m *pipeline.Manifest) bool {
	return m.Rejected == 0 && m.RejectedBytes == 0 && m.Uncounted == 0 && len(m.Notes) == 0
}

// addedFiles returns the files that a manifest does not have, or nil if one of
// its files is not as it was.
func addedFiles(m *pipeline.Manifest, files []pipeline.File) (added []pipeline.File) {
	same := 0
	for _, f := range files {
		i := slices.IndexFunc(m.Files, func(known pipeline.ManifestFile) bool { return known.Name == f.Name })
		switch {
		case i < 0:
			added = append(added, f)
		case f.Same(m.Files[i].File):
			same++
		default:
			return nil
		}
	}
	if same != len(m.Files) {
		return nil
	}
	return added
}

// grownInputs returns the inputs of a table that have changed since the table was
// built, if they and the table have only grown; otherwise nil.
func (r *run) grownInputs(t *pipeline.Table) (grown []*pipeline.Table) {
	m := r.Manifests[t.Name]
	if m == nil || r.options.Force || !r.isOwn(t, m) || !r.hasPassed(t, m) {
		return nil
	}
	for _, name := range t.Transform.Inputs {
		input := r.lake.Table(name)
		if content, ok := r.Content(input); ok && content == m.Inputs[name] {
			continue
		}
		g := r.grown[name]
		_, grows := t.Transform.Grows[strings.ToLower(name)]
		if g == nil || !grows || g.before != m.Inputs[name] || 2*g.bytes > r.sizeOf(input) {
			return nil
		}
		grown = append(grown, input)
	}
	return grown
}

// isOwn reports whether an engine that reads files here built a table as one
// file by the SQL of now, so that rows can be added to the file.
func (r *run) isOwn(t *pipeline.Table, m *pipeline.Manifest) bool {
	can := r.engine.Capabilities()
	if !can.Hashes || !can.Keeps || can.Parts || can.InPlace || !r.publisher.OneFile() || len(m.Files) != 1 || m.RolledBack {
		return false
	}
	return m.SQL == t.Transform.SQL && m.Shape == pipeline.ShapeOf(t) && m.Funnel.Fits(t) && check.Repeats(m.SQL)
}

// hasPassed reports whether all guards have passed for a table as they would
// now, so that they need only be evaluated for added rows.
func (r *run) hasPassed(t *pipeline.Table, m *pipeline.Manifest) bool {
	for _, c := range r.guards(t) {
		if key, known := r.guardKey(c); !known || len(c.Watch) == 0 || m.Guards[c.Name] != key {
			return false
		}
	}
	return true
}

// sizeOf returns the size of a table in bytes.
func (r *run) sizeOf(t *pipeline.Table) int64 {
	if t.IsLanding() {
		return pipeline.Size(r.Landing[t.Name].Files)
	}
	return r.Manifests[t.Name].Bytes
}

// guardKey returns a key of a guard and of the content of the other tables that
// it reads. A guard with the same key finds the same in the same rows.
func (r *run) guardKey(c *pipeline.Check) (key pipeline.Hash, known bool) {
	h := ndjson.NewHasher()
	_, _ = fmt.Fprintf(h, "%q %q %q %q\n", c.Name, c.Table, c.Forbidden, c.SQL) // a hasher never fails
	for _, name := range c.Inputs {
		if name == c.Table {
			continue
		}
		t := r.lake.Table(name)
		content, ok := r.Content(t)
		if !ok {
			return key, false
		}
		_, _ = fmt.Fprintf(h, "%q %q ", name, pipeline.ShapeOf(t))
		_, _ = h.Write(content[:])
	}
	return h.Sum(), check.Repeats(c.SQL)
}

// guardKeys returns the keys of the guards that have passed for a table.
func (r *run) guardKeys(t *pipeline.Table) map[string]pipeline.Hash {
	keys := map[string]pipeline.Hash{}
	for _, c := range r.guards(t) {
		if key, known := r.guardKey(c); known {
			keys[c.Name] = key
		}
	}
	return keys
}

// leastLeft is the size in bytes from which a table is left as it is if its rows
// are those of before. The tables downstream of a smaller one cost little.
const leastLeft = 1 << 20

// hasSameRows reports whether a version of a large table has the rows of the one
// before, in any order.
func (r *run) hasSameRows(ctx context.Context, v pipeline.Version) (bool, error) {
	old, m := v.Old, v.Manifest
	if old == nil || old.Bytes < leastLeft || v.Staged == nil || r.options.Force || !r.publisher.OneFile() || len(old.Files) != 1 || old.RolledBack {
		return false, nil
	}
	if old.SQL != m.SQL || old.Shape != m.Shape || old.Rows != m.Rows || old.Bytes != m.Bytes {
		return false, nil
	}
	if old.Hash == m.Hash {
		return true, nil
	}
	return r.sameLines(ctx, old.Files[0].Name, v.Staged.Path())
}

// sameLines reports whether a file of the lake and a local one have the same
// lines in any order.
func (r *run) sameLines(ctx context.Context, name, path string) (bool, error) {
	before, err := r.store.Open(ctx, name)
	if err != nil {
		return false, err
	}
	a, err := linesOf(ctx, before)
	if err != nil {
		return false, err
	}
	now, err := os.Open(path)
	if err != nil {
		return false, err
	}
	b, err := linesOf(ctx, now)
	return a == b, err
}

// linesOf reads a file to its end and returns the Multiset of its lines.
func linesOf(ctx context.Context, file io.ReadCloser) (m Multiset, err error) {
	err = eachBlock(ctx, file, func(block []byte) error {
		for line := range bytes.Lines(block) {
			m.add(xxh3.Hash128(line))
		}
		return nil
	})
	if errors.Is(err, errWhole) {
		err = nil // its rows are not those of the other file
		m = Multiset{Rows: -1}
	}
	return m, errors.Join(err, file.Close())
}
