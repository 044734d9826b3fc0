package dir

import (
	"context"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"stedi/pipeline"
)

// Nearby lists a folder of the lake, or of the folder up levels above it. It
// follows no links.
func (s *Store) Nearby(ctx context.Context, up int, folder string) pipeline.Nearby {
	root := s.root
	for range up {
		above := filepath.Dir(root)
		if above == root {
			return pipeline.Nearby{}
		}
		root = above
	}
	found := pipeline.Nearby{Root: root}
	if folder == "" {
		folder = "."
	}
	info, err := os.Stat(filepath.Join(root, filepath.FromSlash(folder)))
	if found.Exists = err == nil && info.IsDir(); !found.Exists {
		return found
	}
	w := nearbyWalk{folder: folder, found: &found}
	// The callback returns an error only to end the walk.
	_ = fs.WalkDir(os.DirFS(root), path.Clean(folder), func(name string, entry fs.DirEntry, err error) error { return w.entry(ctx, name, entry, err) })
	slices.Sort(found.Files)
	return found
}

type nearbyWalk struct {
	folder string
	found  *pipeline.Nearby
}

func (w nearbyWalk) entry(ctx context.Context, name string, entry fs.DirEntry, err error) error {
	if err != nil {
		return fs.SkipDir
	}
	switch {
	case ctx.Err() != nil || len(w.found.Files) >= pipeline.NearbyFiles:
		return fs.SkipAll
	case name == w.folder:
		return nil
	}
	depth := strings.Count(strings.TrimPrefix(name, w.folder+"/"), "/") + 1
	switch hidden := pipeline.Hidden(entry.Name()); {
	case entry.IsDir() && (hidden || depth >= pipeline.NearbyDepth):
		return fs.SkipDir
	case entry.IsDir() || pipeline.CheckName(name) != nil:
	case hidden:
		w.found.Hidden = append(w.found.Hidden, name)
	default:
		w.found.Files = append(w.found.Files, name)
	}
	return nil //nolint:nilerr // what cannot be read is ignored
}
