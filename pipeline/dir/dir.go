// Package dir keeps a lake in a local folder.
//
//	lake, err := dir.Open("/data/lake", dir.Options{})
//	files, err := lake.List(ctx, "landing/customer")
//
// No file of the lake is ever changed in place. New bytes go to a file below
// .stedi/staging, are made durable there, and a rename moves the file to its
// name. So a reader sees either the old content or the new, even if the process
// is killed at any moment. A killed process leaves files below .stedi/staging
// only, where Sweep removes them.
package dir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"stedi/pipeline"
)

const (
	internal = ".stedi"
	staging  = internal + "/staging"
)

// Store is a lake in a local folder. Its methods may be called from several
// goroutines.
type Store struct {
	root string // absolute, without links
	disk disk

	commits sync.Mutex // makes the comparison and the rename of a commit one step
}

var _ pipeline.Store = (*Store)(nil)

// Options are for tests.
type Options struct {
	// Fault, if set, is called before every operation on the file system. If it
	// returns an error, the operation is not executed and fails with that
	// error. It may be called from several goroutines at once.
	Fault func(op Op) error
}

// Open opens the lake in an existing folder.
func Open(root string, options Options) (*Store, error) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("lake %s: %w", root, err)
	}
	real, err := filepath.EvalSymlinks(abs)
	if missing(err) {
		return nil, fmt.Errorf("lake %s: %w: create the folder, or name one that exists", root, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("lake %s: %w", root, err)
	}
	info, err := os.Stat(real)
	if err != nil {
		return nil, fmt.Errorf("lake %s: %w", root, err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("lake %s is a file, not a folder: name the folder that contains the lake's zones", root)
	}
	if _, err := os.Lstat(filepath.Join(real, internal)); errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("lake %s cannot be entered: %w", root, fs.ErrPermission)
	}
	return &Store{root: real, disk: disk{root: real, fault: options.Fault}}, nil
}

// there returns an error if the lake's own folder was moved or removed since it
// was opened: a lake that no longer exists is not an empty one.
func (s *Store) there() error {
	if _, err := os.Stat(s.root); err != nil {
		return pipeline.Fail(pipeline.BadEngine, "", "Put the folder back, or mount its disk again; or name another lake with --lake.",
			"lake %s: its folder no longer exists: %s", s.root, reason(err))
	}
	return nil
}

// reason returns why an operation failed, without the name of the file. It does
// not wrap the original error, which callers would take to mean that a file of
// the lake is missing.
func reason(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err.Error()
	}
	return err.Error()
}

// missing reports whether err means that a file does not exist, including the
// case that one of the folders in its name is a file.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNotFolder)
}
