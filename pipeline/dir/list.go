package dir

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"stedi/pipeline"
)

// List returns every file below the folder, sorted by name. A name that is
// neither a file nor a folder nor a link to one, such as a pipe, is ErrUnsafe,
// because its bytes are outside the lake.
func (s *Store) List(ctx context.Context, folder string) ([]pipeline.File, error) {
	if err := check(folder); err != nil {
		return nil, err
	}
	real, err := s.follow(folder)
	if missing(err) {
		return nil, s.there()
	}
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(real); err == nil && !info.IsDir() {
		if pipeline.MayBeFile(folder) && info.Mode().IsRegular() {
			return []pipeline.File{listed(folder, info)}, nil
		}
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Move the file into a folder of that name.", "%s is a file, not a folder", folder)
	}
	w := walk{
		store:  s,
		all:    slices.ContainsFunc(strings.Split(folder, "/"), pipeline.Hidden),
		within: map[string]bool{},
	}
	if err := w.folder(ctx, folder, real); err != nil {
		return nil, err
	}
	slices.SortFunc(w.files, func(a, b pipeline.File) int { return strings.Compare(a.Name, b.Name) })
	return w.files, nil
}

type walk struct {
	store  *Store
	all    bool            // includes hidden files
	within map[string]bool // the real paths of the folders from the start to here
	files  []pipeline.File
}

func (w *walk) folder(ctx context.Context, name, real string) error {
	if w.within[real] {
		return unfit("Delete the link.", "%s leads back to %s through a link", name, real)
	}
	w.within[real] = true
	defer delete(w.within, real)

	entries, err := w.store.disk.readFolder(real)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("list %s: %w", name, err)
		}
		if pipeline.Hidden(entry.Name()) && !w.all {
			continue
		}
		if err := w.entry(ctx, path.Join(name, entry.Name()), filepath.Join(real, entry.Name()), entry); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) entry(ctx context.Context, name, at string, entry fs.DirEntry) error {
	// A name that every other method refuses is an error here, rather than in
	// the middle of a run.
	if err := check(name); err != nil {
		return err
	}
	info, err := entry.Info()
	if missing(err) {
		return nil // deleted since its folder was read
	}
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		if at, info, err = w.link(name); err != nil {
			return err
		}
	}
	switch {
	case info.IsDir():
		return w.folder(ctx, name, at)
	case !info.Mode().IsRegular():
		return notFile(name, info.Mode())
	}
	w.files = append(w.files, listed(name, info))
	return nil
}

func (w *walk) link(name string) (at string, info fs.FileInfo, err error) {
	at, err = w.store.follow(name)
	if err == nil {
		info, err = os.Stat(at)
	}
	if missing(err) {
		// The target's location is unknown, and skipping the link could mean
		// skipping data.
		return "", nil, unfit("Delete the link, or restore what it leads to.", "%s is a link to nothing", name)
	}
	return at, info, err
}
