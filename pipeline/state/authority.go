package state

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"

	"stedi/pipeline"
)

// Authority states how table locations are decided in a lake. It is recorded in
// the lake, so that every engine on every machine uses the same catalog.
type Authority struct {
	Schema   string `json:"schema"`             // stedi.lake/1
	Catalog  string `json:"catalog,omitempty"`  // glue; empty: no catalog, only files
	Database string `json:"database,omitempty"` // of the catalog
	// Role is the role of the lake's jobs, and JobPrefix the prefix of their
	// names; without a role there are no jobs.
	Role      string `json:"role,omitempty"`
	JobPrefix string `json:"job_prefix,omitempty"`
	// Jobs: a deploy of jobs has begun. It is recorded before the first of them,
	// or their role, is created.
	Jobs bool `json:"jobs,omitempty"`
	// Uploaded are the names of the landing files that a deploy has uploaded.
	Uploaded []string `json:"uploaded,omitempty"`
}

const (
	authorityName   = pipeline.StateFolder + "/lake.json"
	authoritySchema = "stedi.lake/1"
)

// AuthorityOf reads the lake's authority. The default is files without a
// catalog.
func AuthorityOf(ctx context.Context, files pipeline.Files) (Authority, error) {
	a := Authority{Schema: authoritySchema}
	_, err := ReadJSON(ctx, files, authorityName, &a)
	if f, failed := errors.AsType[*pipeline.Failure](err); failed && errors.Is(err, errDamaged) {
		f.Fix = "Restore the file from a copy, or delete it and run `stedi deploy` again."
	}
	return a, err
}

// Record stores the lake's authority.
func (a Authority) Record(ctx context.Context, files pipeline.Files) error {
	a.Schema = authoritySchema
	return WriteJSON(ctx, files, authorityName, a)
}

// Upload notes a landing file, and reports whether it is new.
func (a *Authority) Upload(name string) bool {
	if slices.Contains(a.Uploaded, name) {
		return false
	}
	a.Uploaded = append(a.Uploaded, name)
	return true
}

// PublishedFolders returns the folders of the versions that stedi has
// published, or was about to publish, in a lake with a catalog.
func PublishedFolders(ctx context.Context, store pipeline.Store) ([]string, error) {
	var folders []string
	for _, folder := range []string{"tables", "intent", "previous"} {
		files, err := store.List(ctx, pipeline.StateFolder+"/"+folder)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			if path.Ext(f.Name) != ".json" || strings.HasPrefix(path.Base(f.Name), "part-") {
				continue
			}
			m, err := ReadManifest(ctx, store, f.Name)
			if err != nil {
				return nil, err
			}
			if m != nil && m.Folder != "" && !slices.Contains(folders, m.Folder) {
				folders = append(folders, m.Folder)
			}
		}
	}
	return folders, nil
}

// ForgetManifests deletes the manifests, intents and previous versions of a
// lake, after the catalog and the folders that they refer to have been removed.
func ForgetManifests(ctx context.Context, files pipeline.Files) error {
	for _, folder := range []string{"tables", "intent", "previous"} {
		if err := files.Delete(ctx, pipeline.StateFolder+"/"+folder); err != nil {
			return err
		}
	}
	return files.Delete(ctx, authorityName)
}
