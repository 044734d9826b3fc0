package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Store is where a lake lies: a local folder, or a bucket and a prefix.
//
// Every name is a slash-separated path below the lake's root, already clean
// (no "..", no leading slash). Every error names the file it is about.
type Store interface {
	Files
	Finder
	Stage
	Locker
}

// WhyAbsent says why a table without files has none, if the store knows more of
// it than that; or "".
func WhyAbsent(store Store, t *Table) string {
	if s, ok := store.(interface{ Absent(t *Table) string }); ok {
		return s.Absent(t)
	}
	return ""
}

// Finder looks around, in the lake and beside it.
type Finder interface {
	// Nearby looks at a folder of the lake, or of the one that would begin so
	// many folders further up; the folder "" is all of it. It is for hints:
	// it looks at a bounded part only, passes over what cannot be read, and
	// gives no error.
	Nearby(ctx context.Context, up int, folder string) Nearby
}

// Files are the files of a lake.
type Files interface {
	// List returns every file below the folder, at any depth, sorted by name.
	// A folder that does not exist is empty, not an error. Whatever begins
	// with "_" or "." below the folder is left out, unless the folder itself
	// lies in one. A link that leads out of the lake or back into itself is
	// an error (ErrUnsafe).
	List(ctx context.Context, folder string) ([]File, error)
	// Open reads a file. A missing one gives an error that is fs.ErrNotExist.
	Open(ctx context.Context, name string) (io.ReadCloser, error)
	// Put makes name hold content, durably and in one step: a reader sees
	// the old content or the new, never a part of either. What is Expendable
	// need not be durable.
	Put(ctx context.Context, name string, content []byte) error
	// Copy makes to hold what from holds, in one step, without changing
	// from; it may share the bytes. An existing to is replaced.
	Copy(ctx context.Context, from, to string) error
	// Delete removes a file, or a folder with all that is in it. What is not
	// there is already deleted.
	Delete(ctx context.Context, name string) error
}

// Expendable reports whether a file is ours and nothing depends on it, such as the
// record of a run or a cache: it takes its name in one step like any other, but
// is not worth waiting for the disk, and may be lost or damaged when the
// machine itself stops.
func Expendable(name string) bool {
	return strings.HasPrefix(name, StateFolder+"/runs/") || strings.HasPrefix(name, StateFolder+"/cache/")
}

// Stage is where an output lies until it is committed.
type Stage interface {
	// Fetch returns a local path at which the bytes of a listed file can be
	// read. A file that is not what was listed any more is ErrChanged.
	Fetch(ctx context.Context, file File) (path string, err error)
	// Create starts a staged file of a new name. Staged files are never
	// visible to readers of the lake, and survive only until the next Sweep.
	Create(ctx context.Context, name string) (StagedFile, error)
	// Commit puts a closed staged file in the place of name in one step, if
	// name still is what replaced says (nil: it does not exist); otherwise
	// nothing changes and the error is ErrChanged. After any other error the
	// new file may be in place all the same, though perhaps not durably.
	Commit(ctx context.Context, staged StagedFile, name string, replaced *File) (File, error)
	// Sweep removes everything that is staged. It is called under the lock.
	Sweep(ctx context.Context) error
}

// StagedFile is an output on its way.
type StagedFile interface {
	io.Writer
	// Path is where the bytes can be read after Close.
	Path() string
	// Close makes the bytes durable. After an error the file is worthless.
	Close() error
	// Discard removes the file, closed or not; after a commit it does nothing.
	Discard() error
}

// Locker lets one run at a time change a lake.
type Locker interface {
	// Lock takes the lake for holder, or says who has it with a *LockedError.
	// A holder that died holds nothing.
	Lock(ctx context.Context, holder Holder) (unlock func() error, err error)
	// Holder returns the lock holder, or nil if the lake is not locked. It does not
	// take the lock: no Lock fails because of it.
	Holder(ctx context.Context) (*Holder, error)
}

// File is one listed file. Two listings with equal Files saw the same bytes,
// as far as that can be told without reading them.
type File struct {
	Name    string    `json:"name"`
	Size    int64     `json:"size"` // bytes
	ModTime time.Time `json:"mtime"`
	Version string    `json:"version"` // inode and change time, or the ETag
}

// Same tells whether both listings saw the same file.
func (f File) Same(g File) bool {
	return f.Name == g.Name && f.Size == g.Size && f.Version == g.Version && f.ModTime.Equal(g.ModTime)
}

// Holder is who holds a lake's lock.
type Holder struct {
	Run   string    `json:"run"`
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

// LockedError means that another run holds the lock.
type LockedError struct {
	Holder Holder
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("the lake is locked by run %s (pid %d on %s, since %s): wait for it to end",
		e.Holder.Run, e.Holder.PID, e.Holder.Host, e.Holder.Since.Format(time.RFC3339))
}

// What callers of a Store branch on.
var (
	ErrChanged  = errors.New("modified outside stedi")
	ErrUnsafe   = errors.New("leads out of the lake")
	ErrReadOnly = errors.New("no permission to write")
)

// Size is the size of all files, in bytes.
func Size(files []File) (n int64) {
	for _, f := range files {
		n += f.Size
	}
	return n
}

// StateFolder holds everything that a lake remembers, below its root.
const StateFolder = ".stedi"
