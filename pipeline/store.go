package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
)

// Store holds the files of a lake: in a local folder, or in a bucket below a
// prefix.
//
// Every name is a clean, slash-separated path below the lake's root (no "..",
// no leading slash). Every error names the file that it is about.
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

// LosesBlanks reports whether a file that was fetched is of a format in which an
// empty text and a null are the same, such as CSV.
func LosesBlanks(store Store, name string) bool {
	s, ok := store.(interface{ LosesBlanks(name string) bool })
	return ok && s.LosesBlanks(name)
}

// Finder looks around, in the lake and beside it.
type Finder interface {
	// Nearby lists a folder of the lake, or of the folder that is the given
	// number of levels above it; the folder "" is all of it. The result is for
	// hints: Nearby reads a bounded part only, ignores what cannot be read and
	// returns no error.
	Nearby(ctx context.Context, up int, folder string) Nearby
}

// Files are the files of a lake.
type Files interface {
	// List returns every file below the folder, at any depth, sorted by name. A
	// folder that does not exist is empty, not an error. Files and folders
	// below it whose names begin with "_" or "." are left out, unless the
	// folder itself is inside one. A link that leads out of the lake or back
	// into itself is an error (ErrUnsafe). If folder MayBeFile and is a file, the
	// result is that file.
	List(ctx context.Context, folder string) ([]File, error)
	// Open opens a file for reading. The error for a missing file is
	// fs.ErrNotExist.
	Open(ctx context.Context, name string) (io.ReadCloser, error)
	// Put writes content to name, durably and in one step: a reader sees the
	// old content or the new, never a part of either. An Expendable file need
	// not be durable.
	Put(ctx context.Context, name string, content []byte) error
	// Copy copies the file from to to in one step. Both may share the bytes. An
	// existing to is replaced.
	Copy(ctx context.Context, from, to string) error
	// Delete removes a file, or a folder with all its content. A file that does
	// not exist counts as deleted.
	Delete(ctx context.Context, name string) error
}

// Expendable reports whether nothing depends on a file of stedi, such as the record
// of a run or a cache. Like other files it is published by one rename, but without
// waiting for the disk: it may be lost or damaged if the machine crashes.
func Expendable(name string) bool {
	return strings.HasPrefix(name, StateFolder+"/runs/") || strings.HasPrefix(name, StateFolder+"/cache/")
}

// MayBeFile reports from its name whether the folder of a table may be a single
// file, such as exports/customers.json.
func MayBeFile(folder string) bool { return path.Ext(folder) != "" }

// Stage holds outputs until they are committed.
type Stage interface {
	// Fetch returns a local path with the bytes of a listed file. If the file
	// has changed since it was listed, the error is ErrChanged.
	Fetch(ctx context.Context, file File) (path string, err error)
	// Create starts a staged file with a new name. Readers of the lake never
	// see staged files, which survive only until the next Sweep.
	Create(ctx context.Context, name string) (StagedFile, error)
	// Commit moves a closed staged file to name in one step, if name is still
	// the file in replaced (nil: does not exist); otherwise it changes nothing
	// and returns ErrChanged. After any other error the new file may be in
	// place nevertheless, but perhaps not durably.
	Commit(ctx context.Context, staged StagedFile, name string, replaced *File) (File, error)
	// Keep keeps the bytes of a listed file as to, before a Commit replaces the
	// file, and returns the file as it is listed afterwards. Both may share the
	// bytes, so to is complete only for as long as no program writes to the
	// file in place. If the file has changed since it was listed, the error is
	// ErrChanged.
	Keep(ctx context.Context, file File, to string) (File, error)
	// Sweep removes all staged files. The caller holds the lock.
	Sweep(ctx context.Context) error
}

// StagedFile is an output that is not committed yet.
type StagedFile interface {
	io.Writer
	// Path returns where the bytes can be read after Close.
	Path() string
	// Close ends the writing. After an error the file must be discarded. The bytes
	// can be read at once; they are durable before Commit moves the file.
	Close() error
	// Discard removes the file, closed or not; after a commit it does nothing.
	Discard() error
}

// Locker makes sure that only one run at a time changes a lake.
type Locker interface {
	// Lock locks the lake for holder. If another run holds the lock, the error
	// is a *LockedError. A lock ends with the process that holds it.
	Lock(ctx context.Context, holder Holder) (unlock func() error, err error)
	// Holder returns the lock holder, or nil if the lake is not locked. It does not
	// take the lock: no Lock fails because of it.
	Holder(ctx context.Context) (*Holder, error)
}

// File is one listed file. Equal Files of two listings have the same bytes, as
// far as that can be determined without reading them.
type File struct {
	Name    string    `json:"name"`
	Size    int64     `json:"size"` // bytes
	ModTime time.Time `json:"mtime"`
	Version string    `json:"version"` // inode and change time, or the ETag
}

// Same reports whether both listings show the same file.
func (f File) Same(g File) bool {
	return f.Name == g.Name && f.Size == g.Size && f.Version == g.Version && f.ModTime.Equal(g.ModTime)
}

// Holder is the process that holds a lake's lock.
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

// These are the errors that callers of a Store branch on.
var (
	ErrChanged  = errors.New("modified outside stedi")
	ErrUnsafe   = errors.New("leads out of the lake")
	ErrReadOnly = errors.New("no permission to write")
)

// Size returns the total size of files, in bytes.
func Size(files []File) (n int64) {
	for _, f := range files {
		n += f.Size
	}
	return n
}

// StateFolder is the folder below a lake's root that holds all state of stedi.
const StateFolder = ".stedi"
