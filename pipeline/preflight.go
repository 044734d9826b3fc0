package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// What lies in a zone folder is compared with its manifest before any work.

// tableState is what a run finds of a table that transforms make.
type tableState struct {
	manifest *Manifest // nil: never made, or its file is gone
	made     string    // the run that made the version we left, even if its file is gone
	files    []File    // all that lie there
	strange  []File    // those that are not what we wrote
}

// inspect compares a table's folder with its manifest.
func inspect(ctx context.Context, store Store, t *Table) (tableState, error) {
	var state tableState
	manifest, err := readManifest(ctx, store, manifestName(t.Name))
	if err != nil {
		return state, err
	}
	if manifest != nil {
		state.made = manifest.Run
	}
	if state.files, err = store.List(ctx, t.Path); err != nil {
		return state, err
	}
	known := 0
	for _, f := range state.files {
		ours, err := isOurs(ctx, store, manifest, f)
		if err != nil {
			return state, err
		}
		if !ours {
			state.strange = append(state.strange, f)
			continue
		}
		known++
	}
	// Of several files all must be there; a table without a row may have none.
	if manifest != nil && known == len(manifest.Files) {
		state.manifest = manifest
	}
	return state, nil
}

// isOurs tells whether a file is what the manifest says. A copy of the same
// bytes, as a backup brings back, is: the manifest learns its new identity.
func isOurs(ctx context.Context, store Store, m *Manifest, f File) (bool, error) {
	if m == nil {
		return false, nil
	}
	i := slices.IndexFunc(m.Files, func(known ManifestFile) bool { return known.Name == f.Name })
	if i < 0 || f.Size != m.Files[i].Size {
		return false, nil
	}
	known := &m.Files[i]
	if f.Same(known.File) {
		return true, nil
	}
	if known.Hash == (Hash{}) {
		return false, nil // a remote engine wrote it: its identity is all that is known
	}
	if same, err := holds(ctx, store, f, known.Hash); err != nil || !same {
		return false, err
	}
	known.File = f
	return true, writeJSON(ctx, store, manifestName(m.Table), m)
}

// clear deals with what others left in the zones: it refuses, or with replace
// moves the files aside.
func (r *run) clear(ctx context.Context) error {
	var names []string
	for _, t := range r.lake.Tables {
		if t.IsLanding() {
			continue
		}
		state, err := inspect(ctx, r.store, t)
		if err != nil {
			return err
		}
		for _, f := range state.strange {
			names = append(names, f.Name)
		}
		r.manifests[t.Name] = state.manifest
	}
	if len(names) == 0 {
		return nil
	}
	if !r.options.Replace {
		return foreign(names)
	}
	for _, name := range names {
		if err := r.store.Copy(ctx, name, replacedFolder(r.id)+"/"+name); err != nil {
			return fmt.Errorf("moving %s aside: %w", name, err)
		}
		if err := r.store.Delete(ctx, name); err != nil {
			return fmt.Errorf("moving %s aside: %w", name, err)
		}
	}
	return nil
}

// foreign lists the unmanaged and modified files that block a run.
func foreign(names []string) error {
	shown := names[:min(len(names), 10)]
	return Fail(Conflict, "", "Inspect them; --replace moves them to .stedi/replaced and rebuilds the tables.",
		"unmanaged or modified files in the zones (%d): %s", len(names), strings.Join(shown, ", "))
}

// history is what the lake remembers of runs as a whole.
type history struct {
	Last    string   `json:"last"`              // the newest run
	Runs    []string `json:"runs,omitempty"`    // the newest ones, newest first
	Rejects []string `json:"rejects,omitempty"` // runs whose rejects still lie there
}

const historyName = stateFolder + "/history.json"

// forget deletes the versions that earlier runs kept: it may hold rows of people who
// have withdrawn their consent since.
func (r *run) forget(ctx context.Context) error {
	errs := []error{r.forgetVersions(ctx)}
	for _, folder := range []string{"previous", "replaced"} {
		files, err := r.store.List(ctx, stateFolder+"/"+folder)
		if err != nil {
			return err
		}
		var runs []string
		for _, f := range files {
			run, _, _ := strings.Cut(strings.TrimPrefix(f.Name, stateFolder+"/"+folder+"/"), "/")
			if run != r.id && !slices.Contains(runs, run) {
				runs = append(runs, run)
				errs = append(errs, r.store.Delete(ctx, stateFolder+"/"+folder+"/"+run))
			}
		}
	}
	for _, run := range r.history.Rejects {
		errs = append(errs, r.store.Delete(ctx, runFolder(run)+"/rejects"))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("deleting staging files of earlier runs: %w", err)
	}
	r.history.Rejects = nil
	return nil
}

// forgetVersions deletes the rows of previous versions that are in folders of
// their own. The manifests that name these folders are deleted after them.
func (r *run) forgetVersions(ctx context.Context) error {
	if r.publisher.OneFile() {
		return nil // all of a version is in the folder of previous ones
	}
	kept, err := r.store.List(ctx, stateFolder+"/previous")
	if err != nil {
		return err
	}
	for _, t := range r.lake.Tables {
		for _, name := range keptManifests(kept, t) {
			m, err := readManifest(ctx, r.store, name)
			if err == nil && m != nil {
				err = r.publisher.Prune(ctx, t, m)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
