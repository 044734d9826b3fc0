//go:build unix

package dir

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// tryLock locks a file while it is open, unless another process holds the lock.
func tryLock(file *os.File) (held bool, err error) { return flock(file, unix.LOCK_EX) }

// tryShare takes a shared lock, unless another process holds the exclusive
// lock.
func tryShare(file *os.File) (held bool, err error) { return flock(file, unix.LOCK_SH) }

func flock(file *os.File, how int) (held bool, err error) {
	conn, err := file.SyscallConn()
	if err != nil {
		return false, err
	}
	lockErr := error(nil)
	err = conn.Control(func(fd uintptr) {
		for {
			if lockErr = unix.Flock(int(fd), how|unix.LOCK_NB); !errors.Is(lockErr, unix.EINTR) {
				return
			}
		}
	})
	if err != nil {
		return false, err
	}
	if errors.Is(lockErr, unix.EWOULDBLOCK) {
		return false, nil
	}
	return lockErr == nil, lockErr
}

// free returns how many bytes and files a file system still accepts from this
// user.
func free(path string) (bytes, files uint64, err error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(path, &stat); err != nil {
		return 0, 0, err
	}
	files = uint64(stat.Ffree) // its type differs between systems
	if stat.Files == 0 {
		files = 1 << 32 // the file system has no such limit
	}
	return uint64(stat.Bavail) * uint64(stat.Bsize), files, nil // neither value is negative
}

// dead reports whether a process of this host has certainly ended.
func dead(pid int) bool {
	return pid > 0 && errors.Is(unix.Kill(pid, 0), unix.ESRCH)
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	err = folder.Sync()
	// Some network file systems cannot sync a folder, and need not.
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, folder.Close())
}
