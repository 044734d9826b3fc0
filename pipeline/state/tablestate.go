package state

import (
	"context"
	"slices"

	"stedi/pipeline"
)

// tableState is what a run finds of a table that transforms make.
type tableState struct {
	Manifest *pipeline.Manifest // nil: never made, or its file is gone
	Made     string             // the run that made the version we left, even if its file is gone
	Files    []pipeline.File    // all that lie there
	Strange  []pipeline.File    // those that are not what we wrote
}

// Inspect compares a table's folder with its manifest.
func Inspect(ctx context.Context, store pipeline.Store, t *pipeline.Table) (tableState, error) {
	var state tableState
	manifest, err := ReadManifest(ctx, store, ManifestName(t.Name))
	if err != nil {
		return state, err
	}
	if manifest != nil {
		state.Made = manifest.Run
	}
	if state.Files, err = store.List(ctx, t.Path); err != nil {
		return state, err
	}
	known := 0
	for _, f := range state.Files {
		ours, err := isOurs(ctx, store, manifest, f)
		if err != nil {
			return state, err
		}
		if !ours {
			state.Strange = append(state.Strange, f)
			continue
		}
		known++
	}
	// Of several files all must be there; a table without a row may have none.
	if manifest != nil && known == len(manifest.Files) {
		state.Manifest = manifest
	}
	return state, nil
}

// isOurs tells whether a file is what the manifest says. A copy of the same
// bytes, as a backup brings back, is: the manifest learns its new identity.
func isOurs(ctx context.Context, store pipeline.Store, m *pipeline.Manifest, f pipeline.File) (bool, error) {
	if m == nil {
		return false, nil
	}
	i := slices.IndexFunc(m.Files, func(known pipeline.ManifestFile) bool { return known.Name == f.Name })
	if i < 0 || f.Size != m.Files[i].Size {
		return false, nil
	}
	known := &m.Files[i]
	if f.Same(known.File) {
		return true, nil
	}
	if known.Hash == (pipeline.Hash{}) {
		return false, nil // a remote engine wrote it: its identity is all that is known
	}
	if same, err := holds(ctx, store, f, known.Hash); err != nil || !same {
		return false, err
	}
	known.File = f
	return true, WriteJSON(ctx, store, ManifestName(m.Table), m)
}
