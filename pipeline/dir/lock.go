package dir

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"stedi/pipeline"
)

const (
	lockName = internal + "/lock"
	// A lock whose holder is unknown is read again, for one second in total:
	// the holder is written just after the lock is taken, and removed just
	// before it is released.
	lockTries = 200
	lockWait  = 5 * time.Millisecond
	// A caller that only reads the holder can tolerate an unknown one.
	lookTries = 4
	// maxHolder bounds how much is read of a file that is not a lock file.
	maxHolder = 64 << 10
)

// Lock takes the lake for holder. It is the operating system's lock on an open
// file, so it ends with its process. The file's content only names the holder.
func (s *Store) Lock(ctx context.Context, holder pipeline.Holder) (func() error, error) {
	other := unknown
	for tries := 0; tries < lockTries; {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("lock %s: %w", s.root, err)
		}
		file, taken, err := s.take()
		if err != nil {
			return nil, err
		}
		if file != nil {
			return s.hold(file, holder)
		}
		if taken {
			tries++
			known, err := s.readHolder(&other)
			if err != nil {
				return nil, err
			}
			// The text of a dead holder remains until the next holder writes
			// its own.
			stale := other.Host == holder.Host && dead(other.PID)
			if known && !stale {
				return nil, &pipeline.LockedError{Holder: other}
			}
		}
		pause(ctx)
	}
	return nil, &pipeline.LockedError{Holder: other}
}

// Holder returns the lock holder.
func (s *Store) Holder(ctx context.Context) (*pipeline.Holder, error) {
	other := unknown
	for range lookTries {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("lock %s: %w", s.root, err)
		}
		taken, err := s.taken()
		if err != nil || !taken {
			return nil, err
		}
		known, err := s.readHolder(&other)
		if err != nil {
			return nil, err
		}
		if known && !dead(other.PID) {
			return &other, nil
		}
		pause(ctx)
	}
	return &other, nil
}

// unknown is a holder that has not written its name.
var unknown = pipeline.Holder{Run: "unknown", Host: "unknown"}

func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(lockWait):
	}
}

// take returns the locked file, or nil and whether another process holds the
// lock. If it does not, other processes read the holder at this moment: they
// share the lock for no longer than a system call; a holder never shares it.
func (s *Store) take() (file *os.File, taken bool, err error) {
	at, err := s.place(lockName)
	if err != nil {
		return nil, false, err
	}
	if info, err := os.Lstat(at); err == nil && !info.Mode().IsRegular() {
		return nil, false, notFile(lockName, info.Mode())
	}
	file, err = s.disk.create(at, os.O_RDWR, 0o644)
	if err != nil {
		return nil, false, err
	}
	held := false
	err = s.disk.do(KindLock, at, func() error {
		held, err = tryLock(file)
		return err
	})
	if held && err == nil {
		return file, false, nil
	}
	shared := false
	if err == nil {
		shared, err = tryShare(file)
	}
	if err != nil {
		err = lockless(at, err)
	}
	return nil, !shared, errors.Join(err, file.Close())
}

// lockless returns the error for a file system that cannot lock a file.
func lockless(at string, err error) error {
	return pipeline.Fail(pipeline.BadEngine, "", "Keep the lake on a file system with locks, such as a local disk, or mount this one with them (NFS: local_lock=flock).",
		"lock %s: %w", at, err)
}

// taken reports whether another process holds the lock.
func (s *Store) taken() (bool, error) {
	file, err := s.open(lockName)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	shared, err := tryShare(file)
	if err != nil {
		err = fmt.Errorf("lock %s: %w", file.Name(), err)
	}
	return !shared, errors.Join(err, file.Close())
}

// hold writes the holder into the locked file.
func (s *Store) hold(file *os.File, holder pipeline.Holder) (func() error, error) {
	text, err := json.Marshal(holder)
	if err == nil {
		err = s.disk.truncate(file)
	}
	if err == nil {
		_, err = s.disk.write(file, append(text, '\n'))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", s.root, err), s.release(file))
	}
	return sync.OnceValue(func() error { return s.release(file) }), nil
}

// release unlocks even if the holder cannot be cleared.
func (s *Store) release(file *os.File) error {
	err := s.disk.truncate(file)
	return errors.Join(err, file.Close())
}

// readHolder reads the lock holder into holder. It leaves holder unchanged
// while the text is missing or incomplete.
func (s *Store) readHolder(holder *pipeline.Holder) (known bool, err error) {
	file, err := s.disk.open(s.path(lockName))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	text, err := io.ReadAll(io.LimitReader(file, maxHolder))
	if err := errors.Join(err, file.Close()); err != nil {
		return false, err
	}
	var read pipeline.Holder
	if known = json.Unmarshal(text, &read) == nil; known {
		*holder = read
	}
	return known, nil
}
