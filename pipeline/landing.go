package pipeline

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"stedi/pipeline/ndjson"
)

// landingState is what a run knows of a landing table before it reads it.
type landingState struct {
	files    []File
	manifest *Manifest // of the last reading, if what it read is still there
}

// look lists a landing table's files and tells, without parsing, whether they
// are what the last run read. Names, sizes, times and inodes decide first,
// content only where they differ.
func look(ctx context.Context, store Store, t *Table) (landingState, error) {
	files, err := store.List(ctx, t.Path)
	if err != nil {
		return landingState{}, err
	}
	if len(files) == 0 {
		return landingState{}, nothingThere(ctx, store, t)
	}
	state := landingState{files: files}
	m := &Manifest{}
	if found, err := readCache(ctx, store, landingName(t.Name), m); err != nil || !found {
		return state, err
	}
	same, moved, err := sameContent(ctx, store, m, files)
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

// nothingThere says what lies beside a landing folder without files.
func nothingThere(ctx context.Context, store Store, t *Table) error {
	parent := path.Dir(t.Path)
	siblings, err := store.List(ctx, strings.TrimPrefix(parent, "."))
	if err != nil {
		return err
	}
	var folders []string
	for _, f := range siblings {
		if folder := path.Dir(f.Name); !slices.Contains(folders, folder) && len(folders) < 8 {
			folders = append(folders, folder)
		}
	}
	beside := "nothing lies beside it"
	if len(folders) > 0 {
		beside = "beside it there are files in " + strings.Join(folders, ", ")
	}
	return Fail(BadUsage, t.Name, "Put the JSON lines there, or give the right folder with --lake.",
		"no file at all in %s; %s", t.Path, beside)
}

// landingManifest records what was read of a landing table.
func landingManifest(run string, t *Table, files []File, report ndjson.Report) Manifest {
	m := Manifest{Schema: manifestSchema, Table: t.Name, Run: run, Rows: report.Rows, Bytes: report.Bytes, Rejected: report.Rejected}
	for i, f := range report.Files {
		m.Files = append(m.Files, ManifestFile{File: files[i], Hash: f.Hash, Rows: f.Rows})
	}
	for _, note := range report.Notes {
		m.Notes = append(m.Notes, note.Text)
	}
	m.Hash = contentHash(m.Files)
	return m
}

// Limit is how many lines of a landing table may be rejected.
type Limit struct {
	Count   int64
	Percent float64 // used when not 0
}

// allows tells whether so many rejects among so many lines are within it.
func (l Limit) allows(rejects, rows int64) bool {
	if l.Percent > 0 {
		return float64(rejects)*100 <= l.Percent*float64(rejects+rows)
	}
	return rejects <= l.Count
}

func (l Limit) String() string {
	if l.Percent > 0 {
		return fmt.Sprintf("%g%%", l.Percent)
	}
	return fmt.Sprint(l.Count)
}

// firstOf says of the first few rejected lines where they are and why, and of
// the others how many they are.
func firstOf(rejects []ndjson.Reject) []string {
	var lines []string
	for _, r := range rejects[:min(len(rejects), 5)] {
		lines = append(lines, r.String())
	}
	if len(rejects) > len(lines) {
		lines = append(lines, fmt.Sprintf("and %d more", len(rejects)-len(lines)))
	}
	return lines
}

// judge tells whether what was read of a landing table may be used.
func judge(t *Table, report ndjson.Report, limit Limit, allowEmpty bool) error {
	if len(report.MissingKeys) > 0 {
		missing := report.MissingKeys[0]
		return Fail(BadData, t.Name, "Look for another spelling of the key, or mend the producer.",
			"%s: no line has the key column %s", missing.File, missing.Column)
	}
	rejects := report.Rejects
	if n := int64(len(rejects)); !limit.allows(n, report.Rows) {
		return Fail(BadData, t.Name, fmt.Sprintf("Mend the lines, or go on without them: --max-rejects %d.", n),
			"%d of %d lines rejected, %s allowed:\n  %s", n, n+report.Rows, limit, strings.Join(firstOf(rejects), "\n  "))
	}
	if report.Rows == 0 && !allowEmpty {
		return Fail(BadData, t.Name, "If that is right, say --allow-empty.", "the whole table has no row")
	}
	return nil
}
