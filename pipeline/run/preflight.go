package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/printable"
	"stedi/pipeline/state"
)

// A file in a zone folder is compared with its manifest before any work.

// clear handles unmanaged and modified files in the zones: it returns an error,
// or with replace moves the files aside.
func (r *run) clear(ctx context.Context) error {
	var names []string
	for _, t := range r.lake.Tables {
		if t.IsLanding() {
			continue
		}
		state, err := state.Inspect(ctx, r.store, t)
		if err != nil {
			return err
		}
		for _, f := range state.Blocking {
			names = append(names, f.Name)
		}
		r.Manifests[t.Name] = state.Manifest
	}
	if len(names) == 0 {
		return nil
	}
	if !r.options.Replace {
		return blocked(names)
	}
	for _, name := range names {
		if err := r.store.Copy(ctx, name, state.ReplacedFolder(r.id)+"/"+name); err != nil {
			return fmt.Errorf("moving %s aside: %w", name, err)
		}
		if err := r.store.Delete(ctx, name); err != nil {
			return fmt.Errorf("moving %s aside: %w", name, err)
		}
	}
	return nil
}

// blocked returns the error of unmanaged and modified files, which block a run.
func blocked(names []string) error {
	return pipeline.Fail(pipeline.Conflict, "", "Inspect them; --replace moves them to .stedi/replaced and rebuilds the tables.",
		"unmanaged or modified files in the zones (%s): %s", printable.Thousands(int64(len(names))), firstFiles(names))
}

// firstFiles lists names of files, and counts those after the first ten.
func firstFiles(names []string) string {
	const most = 10
	if more := len(names) - most; more > 0 {
		return strings.Join(names[:most], ", ") + " and " + printable.Thousands(int64(more)) + " more"
	}
	return strings.Join(names, ", ")
}

// forget deletes the previous versions and rejected lines that earlier runs kept:
// they may hold rows of people who have withdrawn their consent since.
func (r *run) forget(ctx context.Context) error {
	errs := []error{r.forgetVersions(ctx)}
	for _, folder := range []string{"previous", "replaced"} {
		files, err := r.store.List(ctx, pipeline.StateFolder+"/"+folder)
		if err != nil {
			return err
		}
		var runs []string
		for _, f := range files {
			run, _, _ := strings.Cut(strings.TrimPrefix(f.Name, pipeline.StateFolder+"/"+folder+"/"), "/")
			if run != r.id && !slices.Contains(runs, run) {
				runs = append(runs, run)
				errs = append(errs, r.store.Delete(ctx, pipeline.StateFolder+"/"+folder+"/"+run))
			}
		}
	}
	for _, run := range r.history.Rejects {
		errs = append(errs, r.store.Delete(ctx, state.RunFolder(run)+"/rejects"))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("deleting previous versions and rejects of earlier runs: %w", err)
	}
	r.history.Rejects = nil
	return nil
}

// forgetVersions deletes the rows of previous versions that are in folders of
// their own. It deletes the manifests that name these folders afterwards.
func (r *run) forgetVersions(ctx context.Context) error {
	if r.publisher.OneFile() {
		return nil // a version is entirely in the folder of previous versions
	}
	kept, err := r.store.List(ctx, pipeline.StateFolder+"/previous")
	if err != nil {
		return err
	}
	for _, t := range r.lake.Tables {
		for _, name := range state.KeptManifests(kept, t) {
			m, err := state.ReadManifest(ctx, r.store, name)
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
