package dir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

// version is the creation time: a file that replaces another one by a rename
// keeps its own. The file index would require one handle per listed file.
func version(info fs.FileInfo) string {
	data, ok := info.Sys().(*syscall.Win32FileAttributeData)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%x", data.CreationTime.Nanoseconds())
}

func renameNew(from, to string) error {
	oldName, err := windows.UTF16PtrFromString(from)
	if err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	newName, err := windows.UTF16PtrFromString(to)
	if err == nil {
		err = windows.MoveFileEx(oldName, newName, windows.MOVEFILE_WRITE_THROUGH)
	}
	if err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}

// tryLock locks a file while it is open, unless another process holds the lock.
func tryLock(file *os.File) (held bool, err error) {
	return lock(file, windows.LOCKFILE_EXCLUSIVE_LOCK)
}

// tryShare takes a shared lock, unless another process holds the exclusive
// lock.
func tryShare(file *os.File) (held bool, err error) { return lock(file, 0) }

// lock locks a byte far behind the text, because other processes could not read
// the text if it were locked itself.
func lock(file *os.File, how uint32) (held bool, err error) {
	conn, err := file.SyscallConn()
	if err != nil {
		return false, err
	}
	lockErr := error(nil)
	err = conn.Control(func(fd uintptr) {
		lockErr = windows.LockFileEx(windows.Handle(fd), how|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{OffsetHigh: 1})
	})
	if err != nil {
		return false, err
	}
	if errors.Is(lockErr, windows.ERROR_LOCK_VIOLATION) || errors.Is(lockErr, windows.ERROR_IO_PENDING) {
		return false, nil
	}
	return lockErr == nil, lockErr
}

// free returns how many bytes a disk still accepts from this user. The number
// of files has no limit of its own.
func free(path string) (bytes, files uint64, err error) {
	name, err := windows.UTF16PtrFromString(path)
	if err == nil {
		err = windows.GetDiskFreeSpaceEx(name, &bytes, nil, nil)
	}
	return bytes, 1 << 32, err
}

// dead is always false here, because Windows soon reuses process numbers.
func dead(int) bool { return false }

// syncFolder does nothing: the file system's journal makes renames durable.
func syncFolder(string) error { return nil }

func startWriteBack(*os.File, int64, int64) {}
