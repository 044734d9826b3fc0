package state

import (
	"context"
	"slices"

	"stedi/pipeline"
)

// Counted returns the row count of listed files of a table, if a run has read or
// written exactly these files, all of their lines are rows, and the table still
// has the same columns. Otherwise it returns nil.
func Counted(ctx context.Context, files pipeline.Files, t *pipeline.Table, listed []pipeline.File) *pipeline.KnownRows {
	name := ManifestName(t.Name)
	if t.IsLanding() {
		name = LandingName(t.Name)
	}
	m := &pipeline.Manifest{}
	if found, err := ReadCache(ctx, files, name, m); err != nil || !found {
		return nil // a count without the manifest reads the files
	}
	same := m.Shape == pipeline.ShapeOf(t)
	if !t.IsLanding() {
		same = m.SQL == t.Transform.SQL
	}
	if !same || m.Rejected > 0 || m.Uncounted > 0 || !slices.EqualFunc(m.DataFiles(), listed, pipeline.File.Same) {
		return nil
	}
	counted := &pipeline.KnownRows{Rows: m.Rows}
	for _, f := range listed {
		counted.Times = append(counted.Times, f.ModTime)
	}
	return counted
}
