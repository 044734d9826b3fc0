package dir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"stedi/pipeline"
)

const (
	privatePrefix = "stedi-"
	privateLock   = "lock"
)

// Private creates a folder in temp (empty: the system's) for files that one
// process uses only while it runs, such as rows that do not fit into memory. It
// also removes such folders of killed processes: a live process holds a lock in
// its folder.
func Private(temp string) (folder string, remove func() error, err error) {
	if temp == "" {
		temp = os.TempDir()
	}
	if err := sweepPrivate(temp); err != nil {
		return "", nil, err
	}
	folder, err = os.MkdirTemp(temp, privatePrefix)
	if err != nil {
		return "", nil, pipeline.Fail(pipeline.BadEngine, "", tempFix, "temporary folder: %w", err)
	}
	lock, err := lockFolder(folder)
	if err != nil {
		return "", nil, errors.Join(pipeline.Fail(pipeline.BadEngine, "", tempFix, "temporary folder: %w", err), os.RemoveAll(folder))
	}
	return folder, func() error { return errors.Join(os.RemoveAll(folder), lock.Close()) }, nil
}

// lockFolder creates the lock of the folder. It locks the file before it
// renames it to the name that other processes look for, so that no other
// process can lock it first.
func lockFolder(folder string) (*os.File, error) {
	lock, err := os.CreateTemp(folder, "new-")
	if err != nil {
		return nil, err
	}
	held, err := tryLock(lock)
	if err == nil && !held {
		err = fmt.Errorf("%s is locked by another process", lock.Name())
	}
	if err == nil {
		err = os.Rename(lock.Name(), filepath.Join(folder, privateLock))
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

// sweepPrivate removes the folders of dead processes. It leaves the folders of
// other users, and those that are being created.
func sweepPrivate(temp string) error {
	locks, err := filepath.Glob(filepath.Join(temp, privatePrefix+"*", privateLock))
	if err != nil {
		return fmt.Errorf("private folders in %s: %w", temp, err)
	}
	for _, name := range locks {
		lock, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			continue // another user's, or already removed
		}
		held, err := tryLock(lock)
		if held && err == nil {
			err = os.RemoveAll(filepath.Dir(name))
		}
		if err := errors.Join(err, lock.Close()); err != nil {
			return fmt.Errorf("removing files of a killed process: %w", err)
		}
	}
	return nil
}
