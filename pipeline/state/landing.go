package state

import (
	"cmp"
	"context"
	"errors"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// LandingState is what a run knows about a landing table before it reads it.
type LandingState struct {
	Files    []pipeline.File    // files to read
	Skipped  []pipeline.File    // files that an Allowance skips
	Manifest *pipeline.Manifest // of the last read, if its files are unchanged
}

// Look lists a landing table's files and determines, without parsing, whether
// they are the files that the last run read. It compares names, sizes, times
// and inodes first, and the content only where these differ. Files to be
// skipped count as missing; without an Allowance these are the files that the
// last run skipped. A table without files is no error here.
func Look(ctx context.Context, store pipeline.Store, t *pipeline.Table, allow *pipeline.Allowance) (LandingState, error) {
	files, err := store.List(ctx, t.Path)
	if err != nil {
		return LandingState{}, err
	}
	if len(files) == 0 {
		return LandingState{}, nil
	}
	m := &pipeline.Manifest{}
	found, err := ReadCache(ctx, store, LandingName(t.Name), m)
	if allow == nil {
		allow = &pipeline.Allowance{SkipFiles: m.Skipped}
	}
	state := LandingState{}
	state.Files, state.Skipped = allow.Split(files)
	if err != nil || !found {
		return state, errors.Join(err, pipeline.Emptied(t, state.Files, state.Skipped))
	}
	if err := pipeline.Emptied(t, state.Files, state.Skipped); err != nil {
		return state, err
	}
	same, moved, err := sameContent(ctx, store, m, state.Files)
	if err != nil || !same {
		return state, err
	}
	state.Manifest = m
	if moved {
		return state, WriteJSON(ctx, store, LandingName(t.Name), m)
	}
	return state, nil
}

// sameContent compares files with a manifest, and updates the identities in the
// manifest if only those have changed.
func sameContent(ctx context.Context, store pipeline.Store, m *pipeline.Manifest, files []pipeline.File) (same, moved bool, err error) {
	if len(files) != len(m.Files) {
		return false, false, nil
	}
	for i, f := range files {
		if old := m.Files[i].File; f.Name != old.Name || f.Size != old.Size {
			return false, false, nil
		}
	}
	var others []pipeline.File
	var hashes []pipeline.Hash
	for i, f := range files {
		if !f.Same(m.Files[i].File) {
			others, hashes = append(others, f), append(hashes, m.Files[i].Hash)
		}
	}
	if same, err := hold(ctx, store, others, hashes); err != nil || !same {
		return false, false, err
	}
	for i, f := range files {
		m.Files[i].File = f
	}
	return true, len(others) > 0, nil
}

// LandingManifest returns the manifest of a landing table that was read.
func LandingManifest(run string, t *pipeline.Table, state LandingState, report ndjson.Report) pipeline.Manifest {
	files, lost := state.Files, pipeline.LossesOf(report)
	m := pipeline.Manifest{
		Schema: ManifestSchema, Table: t.Name, Run: run, Rows: report.Rows, Bytes: report.Bytes,
		Rejected: lost.Lines, RejectedBytes: lost.Bytes, Uncounted: lost.Uncounted, Skipped: pipeline.FileNames(state.Skipped),
		Shape: pipeline.ShapeOf(t),
	}
	if lost.Lines > 0 {
		m.Text = lost.Text
	}
	for i, f := range report.Files {
		m.Files = append(m.Files, pipeline.ManifestFile{File: files[i], Hash: f.Hash, Rows: f.Rows})
	}
	for _, note := range report.Notes {
		m.Notes = append(m.Notes, note.Text)
	}
	m.Hash = contentHash(m.Files)
	return m
}

// Judge returns an error if rows that were read of a landing table may not be used.
func Judge(t *pipeline.Table, report ndjson.Report, allow pipeline.Allowance, allowEmpty bool) error {
	if err := allow.Accept(t, report); err != nil {
		return err
	}
	if report.Rows == 0 && !allowEmpty {
		return pipeline.Fail(pipeline.BadData, t.Name, cmp.Or(report.Repair(), "Pass --allow-empty if that is expected."), "the table is empty")
	}
	return nil
}
