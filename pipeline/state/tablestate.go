package state

import (
	"context"
	"slices"

	"stedi/pipeline"
)

// tableState is the state of a derived table.
type tableState struct {
	Manifest *pipeline.Manifest // nil: never built, or its file is missing
	Built    string             // the run that built the published version, even if its file is missing
	Files    []pipeline.File    // all files in the table's folder
	Blocking []pipeline.File    // unmanaged or modified files
}

// Inspect compares a table's folder with its manifest.
func Inspect(ctx context.Context, store pipeline.Store, t *pipeline.Table) (tableState, error) {
	var state tableState
	manifest, err := ReadManifest(ctx, store, ManifestName(t.Name))
	if err != nil {
		return state, err
	}
	if manifest != nil {
		state.Built = manifest.Run
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
			state.Blocking = append(state.Blocking, f)
			continue
		}
		known++
	}
	// If a version has several files, all of them must exist; an empty table
	// may have no file.
	if manifest != nil && known == len(manifest.Files) {
		state.Manifest = manifest
	}
	return state, nil
}

// isOurs reports whether a file matches the manifest. A restored backup copy
// with the same bytes matches, and its new identity is written to the manifest.
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
		return false, nil // a remote engine wrote it: only its identity is known
	}
	if same, err := holds(ctx, store, f, known.Hash); err != nil || !same {
		return false, err
	}
	known.File = f
	return true, WriteJSON(ctx, store, ManifestName(m.Table), m)
}
