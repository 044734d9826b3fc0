package dir

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"stedi/pipeline"
)

// writeBackStep is after how many new bytes the operating system is told to
// start writing them to the disk, so that a later sync is short.
const writeBackStep = 8 << 20

// Fetch returns the path of a listed file. If the file has changed since it was
// listed, the error is ErrChanged.
func (s *Store) Fetch(ctx context.Context, file pipeline.File) (string, error) {
	if err := ready(ctx, file.Name); err != nil {
		return "", err
	}
	at, err := s.file(file.Name)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(at)
	if err != nil {
		return "", err
	}
	if !listed(file.Name, info).Same(file) {
		return "", fmt.Errorf("%s: %w", file.Name, pipeline.ErrChanged)
	}
	return at, s.readable(at)
}

// readable makes sure that a file can be opened, because its reader opens it
// later and in another process.
func (s *Store) readable(at string) error {
	file, err := s.disk.open(at)
	if err != nil {
		return err
	}
	return file.Close()
}

// Create starts a staged file below .stedi/staging. The error for a name that
// is already staged is fs.ErrExist.
func (s *Store) Create(ctx context.Context, name string) (pipeline.StagedFile, error) {
	if err := ready(ctx, name); err != nil {
		return nil, err
	}
	name = staging + "/" + name
	at, err := s.place(name)
	if err != nil {
		return nil, err
	}
	file, err := s.disk.create(at, os.O_WRONLY|os.O_EXCL, fileMode(name))
	if err != nil {
		return nil, err
	}
	return &staged{disk: s.disk, path: at, file: file}, nil
}

// Commit moves a closed staged file to name. If the rename succeeds but making
// it durable fails, name holds the new file in spite of the error.
//
// The comparison with replaced is exact against other commits. It misses a
// program that replaces the file in the microseconds between the comparison and
// the rename. It detects a program that creates a new file, except on file
// systems that cannot rename without replacing.
func (s *Store) Commit(
	ctx context.Context, output pipeline.StagedFile, name string, replaced *pipeline.File,
) (pipeline.File, error) {
	if err := ready(ctx, name); err != nil {
		return pipeline.File{}, err
	}
	from, ok := output.(*staged)
	if !ok {
		return pipeline.File{}, fmt.Errorf("commit %s: staged in another store", name)
	}
	if err := from.ready(); err != nil {
		return pipeline.File{}, fmt.Errorf("commit %s: %w", name, err)
	}

	s.commits.Lock()
	defer s.commits.Unlock()
	if err := s.unchanged(name, replaced); err != nil {
		return pipeline.File{}, err
	}
	if mode := fileMode(name); mode == 0o600 {
		if err := s.disk.chmod(from.path, mode); err != nil {
			return pipeline.File{}, err
		}
	}
	to, err := s.place(name)
	if err != nil {
		return pipeline.File{}, err
	}
	if replaced == nil {
		err = s.disk.renameNew(from.path, to)
	} else {
		err = s.disk.rename(from.path, to)
	}
	if errors.Is(err, fs.ErrExist) {
		return pipeline.File{}, fmt.Errorf("%s: %w", name, pipeline.ErrChanged)
	}
	if err != nil {
		return pipeline.File{}, err
	}
	from.gone = true
	if err := s.disk.syncFolder(filepath.Dir(to)); err != nil {
		return pipeline.File{}, err
	}
	return s.stat(name)
}

// Keep gives a file a second name, or copies it where that is not possible. This
// changes the file's change time, and so its listing.
func (s *Store) Keep(ctx context.Context, file pipeline.File, to string) (pipeline.File, error) {
	if err := ready(ctx, to); err != nil {
		return file, err
	}
	at, err := s.file(file.Name)
	if err != nil {
		return file, err
	}
	target, err := s.place(to)
	if err != nil {
		return file, err
	}
	s.commits.Lock()
	defer s.commits.Unlock()
	if err := s.unchanged(file.Name, &file); err != nil {
		return file, err
	}
	if err := s.disk.link(at, target); err != nil {
		return file, s.Copy(ctx, file.Name, to)
	}
	now, err := s.stat(file.Name)
	if err == nil && !sameBytes(at, target, file) {
		err = fmt.Errorf("%s: %w", file.Name, pipeline.ErrChanged)
	}
	if err != nil {
		return file, errors.Join(err, s.disk.remove(target))
	}
	return now, s.settle(to, filepath.Dir(target))
}

// sameBytes reports whether both paths are the listed file.
func sameBytes(at, target string, file pipeline.File) bool {
	a, err := os.Stat(at)
	b, other := os.Lstat(target)
	return err == nil && other == nil && os.SameFile(a, b) && a.Size() == file.Size && a.ModTime().Equal(file.ModTime)
}

func (s *Store) unchanged(name string, replaced *pipeline.File) error {
	now, err := s.stat(name)
	exists := !missing(err)
	if exists && err != nil {
		return err
	}
	if exists != (replaced != nil) || exists && !now.Same(*replaced) {
		return fmt.Errorf("%s: %w", name, pipeline.ErrChanged)
	}
	return nil
}

// Sweep removes all staged files. The staging folder itself remains, for
// processes that are about to stage a file.
func (s *Store) Sweep(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("sweep %s: %w", staging, err)
	}
	real, err := s.follow(staging)
	if missing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	entries, err := s.disk.readFolder(real)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := s.disk.remove(filepath.Join(real, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}
