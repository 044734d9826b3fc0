package submission

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"syscall"

	"stedi/pipeline/review/gitdir"
)

// openFolder opens a folder, or a git directory without a work tree.
func openFolder(target string) (source, error) {
	root, err := os.OpenRoot(target)
	if err != nil {
		return nil, err
	}
	if gitdir.Is(root) {
		return openGit(root)
	}
	entries, err := fs.ReadDir(root.FS(), ".")
	if err == nil && len(entries) == 1 && entries[0].Name() == ".git" && entries[0].IsDir() {
		inner, err := root.OpenRoot(".git")
		if err != nil {
			return nil, errors.Join(err, root.Close())
		}
		if err := root.Close(); err != nil {
			return nil, errors.Join(err, inner.Close())
		}
		return openGit(inner)
	}
	return &folder{root: root}, nil
}

// folder is a submission in a folder. Nothing outside it is reached, since an
// os.Root refuses links that lead out.
type folder struct{ root *os.Root }

func (f *folder) close() error { return f.root.Close() }

func (f *folder) walk(ctx context.Context, depth int, yield func(string, int64) error, note func(string, string)) error {
	return f.folder(ctx, ".", depth, yield, note)
}

func (f *folder) folder(ctx context.Context, name string, depth int, yield func(string, int64) error, note func(string, string)) error {
	dir, err := f.root.Open(name)
	if err == nil {
		var entries []fs.DirEntry
		entries, err = dir.ReadDir(-1)
		err = errors.Join(err, dir.Close())
		for _, e := range entries {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err := f.entry(ctx, path.Join(name, e.Name()), e, depth, yield, note); err != nil {
				return err
			}
		}
	}
	if err != nil {
		if name == "." {
			return err
		}
		note(name, "the folder cannot be read")
	}
	return nil
}

func (f *folder) entry(ctx context.Context, name string, e fs.DirEntry, depth int, yield func(string, int64) error, note func(string, string)) error {
	switch {
	case ignored(name):
		return nil
	case e.Type()&fs.ModeSymlink != 0:
		note(name, "symbolic links are not followed")
		return nil
	case e.IsDir() && depth <= 0:
		note(name, "it lies too deep: it was not read")
		return nil
	case e.IsDir():
		return f.folder(ctx, name, depth-1, yield, note)
	case !e.Type().IsRegular():
		note(name, "it is not a regular file: it was not read")
		return nil
	}
	info, err := e.Info()
	if err != nil {
		note(name, "it cannot be read")
		return nil //nolint:nilerr // the file was deleted meanwhile: the note says so
	}
	return yield(name, info.Size())
}

func (f *folder) read(name string, limit int64) (data []byte, err error) {
	// A pipe that took the place of the file must not block.
	file, err := f.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a regular file")
	}
	return atMost(file, limit)
}

func openGit(root *os.Root) (source, error) {
	d, err := gitdir.Open(root)
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return &bare{root: root, dir: d, entries: map[string]gitdir.Entry{}}, nil
}

// bare is a submission in a bare git directory.
type bare struct {
	root    *os.Root
	dir     *gitdir.Dir
	entries map[string]gitdir.Entry
}

func (b *bare) close() error { return errors.Join(b.dir.Close(), b.root.Close()) }

func (b *bare) walk(ctx context.Context, depth int, yield func(string, int64) error, note func(string, string)) error {
	return b.dir.Files(depth, func(e gitdir.Entry) error {
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case ignored(e.Name):
			return nil
		case !fs.ValidPath(e.Name):
			note(e.Name, "the name leads out of the repository: it was not read")
			return nil
		case e.Mode&fs.ModeSymlink != 0:
			note(e.Name, "symbolic links are not followed")
			return nil
		case e.Mode.IsDir():
			note(e.Name, "it lies too deep: it was not read")
			return nil
		}
		size, err := b.dir.Size(e)
		if err != nil {
			note(e.Name, "it cannot be read: "+err.Error())
			return nil //nolint:nilerr // the note says so
		}
		b.entries[e.Name] = e
		return yield(e.Name, size)
	})
}

func (b *bare) read(name string, limit int64) ([]byte, error) {
	e, ok := b.entries[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return b.dir.Read(e, limit)
}
