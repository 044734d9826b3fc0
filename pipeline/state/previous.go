package state

import (
	"context"
	"path"

	"stedi/pipeline"
)

// Previous returns, among the kept files, a version of a table that is not the
// current one, and its folder. An interrupted rollback may have left the
// current version there as well.
func Previous(ctx context.Context, store pipeline.Store, kept []pipeline.File, t *pipeline.Table, made string) (m *pipeline.Manifest, folder string, err error) {
	for _, name := range KeptManifests(kept, t) {
		version, err := ReadManifest(ctx, store, name)
		if err != nil {
			return nil, "", err
		}
		if version != nil && (len(version.Files) == 1 || version.Folder != "") && version.Run != made {
			m, folder = version, path.Dir(name)
		}
	}
	return m, folder, nil
}

// KeptManifests returns, among the kept files, the manifests of a table.
func KeptManifests(kept []pipeline.File, t *pipeline.Table) []string {
	var names []string
	for _, f := range kept {
		if path.Base(f.Name) == t.Name+".json" && path.Dir(path.Dir(f.Name)) == pipeline.StateFolder+"/previous" {
			names = append(names, f.Name)
		}
	}
	return names
}
