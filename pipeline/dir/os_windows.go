package dir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

// version is the creation time: a file that takes another's place by a rename
// keeps its own. The index of a file would take a handle for each one listed.
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

// tryLock locks a file for as long as it is open, unless another process has it.
func tryLock(file *os.File) (held bool, err error) {
	return lock(file, windows.LOCKFILE_EXCLUSIVE_LOCK)
}

// tryShare shares the lock with all who do, unless another process has it alone.
func tryShare(file *os.File) (held bool, err error) { return lock(file, 0) }

// lock locks a byte far behind the text, which others could not read if it
// were locked itself.
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

// free is how many bytes a disk can still take from this user. Files have no
// limit of their own.
func free(path string) (bytes, files uint64, err error) {
	name, err := windows.UTF16PtrFromString(path)
	if err == nil {
		err = windows.GetDiskFreeSpaceEx(name, &bytes, nil, nil)
	}
	return bytes, 1 << 32, err
}

// dead is never sure here: a process number is soon used again.
func dead(int) bool { return false }

// syncFolder has nothing to do: a rename is in the file system's journal.
func syncFolder(string) error { return nil }

func startWriteBack(*os.File, int64, int64) {}
