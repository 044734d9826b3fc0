package pipeline

import (
	"cmp"
	"context"
	"errors"

	"stedi/pipeline/ndjson"
)

// landingState is what a run knows of a landing table before it reads it.
type landingState struct {
	files    []File    // that are read
	skipped  []File    // that are not, since an Allowance names them
	manifest *Manifest // of the last reading, if what it read is still there
}

// look lists a landing table's files and tells, without parsing, whether they
// are what the last run read. Names, sizes, times and inodes decide first,
// content only where they differ. Files that are to be skipped are as good as
// not there; without an Allowance these are the ones that the last run skipped.
// A table without files is no error here.
func look(ctx context.Context, store Store, t *Table, allow *Allowance) (landingState, error) {
	files, err := store.List(ctx, t.Path)
	if err != nil {
		return landingState{}, err
	}
	if len(files) == 0 {
		return landingState{}, nil
	}
	m := &Manifest{}
	found, err := readCache(ctx, store, landingName(t.Name), m)
	if allow == nil {
		allow = &Allowance{SkipFiles: m.Skipped}
	}
	state := landingState{}
	state.files, state.skipped = allow.Split(files)
	if err != nil || !found {
		return state, errors.Join(err, emptied(t, state.files, state.skipped))
	}
	if err := emptied(t, state.files, state.skipped); err != nil {
		return state, err
	}
	same, moved, err := sameContent(ctx, store, m, state.files)
	if err != nil || !same {
		return state, err
	}
	state.manifest = m
	if moved {
		return state, writeJSON(ctx, store, landingName(t.Name), m)
	}
	return state, nil
}

// sameContent compares files with a manifest, and brings the manifest's
// identities up to date where only those have moved.
func sameContent(ctx context.Context, store Store, m *Manifest, files []File) (same, moved bool, err error) {
	if len(files) != len(m.Files) {
		return false, false, nil
	}
	for i, f := range files {
		if old := m.Files[i].File; f.Name != old.Name || f.Size != old.Size {
			return false, false, nil
		}
	}
	for i, f := range files {
		old := &m.Files[i]
		if f.Same(old.File) {
			continue
		}
		if same, err := holds(ctx, store, f, old.Hash); err != nil || !same {
			return false, false, err
		}
		old.File, moved = f, true
	}
	return true, moved, nil
}

// landingManifest records what was read of a landing table.
func landingManifest(run string, t *Table, state landingState, report ndjson.Report) Manifest {
	files, lost := state.files, lossesOf(report)
	m := Manifest{
		Schema: manifestSchema, Table: t.Name, Run: run, Rows: report.Rows, Bytes: report.Bytes,
		Rejected: lost.lines, RejectedBytes: lost.bytes, Uncounted: lost.uncounted, Skipped: fileNames(state.skipped),
	}
	if lost.lines > 0 {
		m.Text = lost.text
	}
	for i, f := range report.Files {
		m.Files = append(m.Files, ManifestFile{File: files[i], Hash: f.Hash, Rows: f.Rows})
	}
	for _, note := range report.Notes {
		m.Notes = append(m.Notes, note.Text)
	}
	m.Hash = contentHash(m.Files)
	return m
}

// judge tells whether what was read of a landing table may be used.
func judge(t *Table, report ndjson.Report, allow Allowance, allowEmpty bool) error {
	if len(report.MissingKeys) > 0 {
		missing := report.MissingKeys[0]
		return Fail(BadData, t.Name, "Look for another spelling of the key, or fix the producer.",
			"%s: no line has the key column %s", missing.File, missing.Column)
	}
	if err := allow.Accept(t, report); err != nil {
		return err
	}
	if report.Rows == 0 && !allowEmpty {
		return Fail(BadData, t.Name, cmp.Or(report.Repair(), "Pass --allow-empty if that is expected."), "the table is empty")
	}
	return nil
}
