package dir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"stedi/pipeline"
)

// Kind is the kind of an operation.
type Kind string

// These are the operations that Fault is called for. All but KindOpen and
// KindLock change something.
const (
	KindOpen       Kind = "open" // a file or folder, for reading
	KindCreate     Kind = "create"
	KindWrite      Kind = "write"
	KindSync       Kind = "sync"
	KindClose      Kind = "close" // of a written file; the file is released even if this fails
	KindChmod      Kind = "chmod"
	KindTruncate   Kind = "truncate"
	KindRename     Kind = "rename" // Path is the new name
	KindLink       Kind = "link"   // Path is the new name
	KindMkdir      Kind = "mkdir"
	KindSyncFolder Kind = "syncdir"
	KindRemove     Kind = "remove"
	KindLock       Kind = "lock" // changes nothing
)

// Op is one operation on the file system.
type Op struct {
	Kind Kind
	Path string
}

const (
	errNotFolder = syscall.ENOTDIR
	errLinkLoop  = syscall.ELOOP
)

// disk executes every operation that changes the file system or opens files.
type disk struct {
	root  string
	fault func(Op) error
}

func (d disk) do(kind Kind, path string, act func() error) error {
	err := d.ask(kind, path)
	if err == nil {
		err = act()
	}
	if err == nil {
		return nil
	}
	if kind == KindOpen {
		return unreadable(path, err)
	}
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return fmt.Errorf("%w: %w in %s: change its owner (chown -R) or mode (chmod -R u+w), or work on a copy of it",
			err, pipeline.ErrReadOnly, d.root)
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: free some space on the disk of %s, or move the lake to another one", err, d.root)
	}
	if errors.Is(err, syscall.EFBIG) {
		return fmt.Errorf("%w: raise the limit on the size of files (ulimit -f)", err)
	}
	return err
}

// unreadable adds the fix to an error if this user may not read a path.
func unreadable(path string, err error) error {
	if !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return &pipeline.Failure{Kind: pipeline.Denied, Err: err, Fix: "Make " + path + " readable for this user (chmod a+r, for folders a+rx), or run as its owner."}
}

func (d disk) ask(kind Kind, path string) error {
	if d.fault == nil {
		return nil
	}
	if err := d.fault(Op{Kind: kind, Path: path}); err != nil {
		return &fs.PathError{Op: string(kind), Path: path, Err: err}
	}
	return nil
}

func (d disk) open(path string) (file *os.File, err error) {
	err = d.do(KindOpen, path, func() error {
		file, err = os.Open(path)
		return err
	})
	return file, err
}

func (d disk) readFolder(path string) (entries []fs.DirEntry, err error) {
	err = d.do(KindOpen, path, func() error {
		entries, err = os.ReadDir(path)
		return err
	})
	return entries, err
}

func (d disk) create(path string, flag int, mode fs.FileMode) (file *os.File, err error) {
	err = d.do(KindCreate, path, func() error {
		file, err = os.OpenFile(path, flag|os.O_CREATE, mode)
		return err
	})
	return file, err
}

func (d disk) write(file *os.File, p []byte) (n int, err error) {
	err = d.do(KindWrite, file.Name(), func() error {
		n, err = file.Write(p)
		return err
	})
	return n, err
}

func (d disk) sync(file *os.File) error {
	return d.do(KindSync, file.Name(), file.Sync)
}

// close releases the file in any case, like the system call.
func (d disk) close(file *os.File) error {
	err := d.ask(KindClose, file.Name())
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	return err
}

func (d disk) chmod(path string, mode fs.FileMode) error {
	return d.do(KindChmod, path, func() error { return os.Chmod(path, mode) })
}

func (d disk) truncate(file *os.File) error {
	return d.do(KindTruncate, file.Name(), func() error { return file.Truncate(0) })
}

func (d disk) rename(from, to string) error {
	return d.do(KindRename, to, func() error { return os.Rename(from, to) })
}

// renameNew is rename for a new name that must not exist.
func (d disk) renameNew(from, to string) error {
	return d.do(KindRename, to, func() error { return renameNew(from, to) })
}

// link gives a file a second name, which must not exist.
func (d disk) link(from, to string) error {
	return d.do(KindLink, to, func() error { return os.Link(from, to) })
}

// mkdir creates a folder. It succeeds if another process has just created
// it.
func (d disk) mkdir(path string, mode fs.FileMode) error {
	err := d.do(KindMkdir, path, func() error { return os.Mkdir(path, mode) })
	if errors.Is(err, fs.ErrExist) {
		if info, statErr := os.Lstat(path); statErr == nil && info.IsDir() {
			return nil
		}
	}
	return err
}

// syncFolder makes the names in a folder durable.
func (d disk) syncFolder(path string) error {
	return d.do(KindSyncFolder, path, func() error { return syncFolder(path) })
}

func (d disk) remove(path string) error {
	return d.do(KindRemove, path, func() error { return os.RemoveAll(path) })
}
