package state

import (
	"context"
	"path"
	"slices"
	"strings"

	"stedi/pipeline"
)

// Authority is what decides where the tables of a lake lie. It is recorded in
// the lake, so that every engine on every machine asks the same one.
type Authority struct {
	Schema   string `json:"schema"`             // stedi.lake/1
	Catalog  string `json:"catalog,omitempty"`  // glue; empty: the files alone
	Database string `json:"database,omitempty"` // of the catalog
	// Role is what the lake's jobs run as, and JobPrefix stands before their
	// names; without a role it has none.
	Role      string `json:"role,omitempty"`
	JobPrefix string `json:"job_prefix,omitempty"`
	// Uploaded are the landing files that a deploy has put there, by name.
	Uploaded []string `json:"uploaded,omitempty"`
}

const (
	authorityName   = pipeline.StateFolder + "/lake.json"
	authoritySchema = "stedi.lake/1"
)

// AuthorityOf reads who decides. A lake that does not say is one of files.
func AuthorityOf(ctx context.Context, files pipeline.Files) (Authority, error) {
	a := Authority{Schema: authoritySchema}
	_, err := ReadJSON(ctx, files, authorityName, &a)
	return a, err
}

// Record makes it the lake's authority.
func (a Authority) Record(ctx context.Context, files pipeline.Files) error {
	a.Schema = authoritySchema
	return WriteJSON(ctx, files, authorityName, a)
}

// Upload notes a landing file, and tells whether it is a new one.
func (a *Authority) Upload(name string) bool {
	if slices.Contains(a.Uploaded, name) {
		return false
	}
	a.Uploaded = append(a.Uploaded, name)
	return true
}

// PublishedFolders returns where versions of tables lie that this program has
// published, or was about to, in a lake with a catalog.
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

// ForgetManifests makes a lake forget what its tables held, after those who
// knew where they lie have been removed.
func ForgetManifests(ctx context.Context, files pipeline.Files) error {
	for _, folder := range []string{"tables", "intent", "previous"} {
		if err := files.Delete(ctx, pipeline.StateFolder+"/"+folder); err != nil {
			return err
		}
	}
	return files.Delete(ctx, authorityName)
}
