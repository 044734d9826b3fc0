package dir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"stedi/pipeline"
)

// check refuses a name that could refer to anything but a file below the root.
func check(name string) error {
	if err := pipeline.CheckName(name); err != nil {
		return err
	}
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return fmt.Errorf("the name %q %w", name, pipeline.ErrUnsafe)
	}
	return nil
}

// unfitError is an error about a file that a lake cannot have. It is ErrUnsafe.
type unfitError string

func (e unfitError) Error() string { return string(e) }

func (e unfitError) Is(target error) bool { return target == pipeline.ErrUnsafe }

func unfit(fix, format string, args ...any) error {
	return &pipeline.Failure{Kind: pipeline.BadUsage, Err: unfitError(fmt.Sprintf(format, args...)), Fix: fix}
}

// notFile is an error about something that is neither a file nor a folder.
func notFile(name string, mode fs.FileMode) error {
	what := "not a file"
	switch {
	case mode&fs.ModeNamedPipe != 0:
		what = "a named pipe, not a file"
	case mode&fs.ModeSocket != 0:
		what = "a socket, not a file"
	case mode&fs.ModeDevice != 0:
		what = "a device, not a file"
	}
	return unfit("Move it out of the lake, or delete it.", "%s is %s", name, what)
}

// private reports whether a folder holds rejects: original lines with personal
// data that were never audited.
func private(folder string) bool {
	parts := strings.Split(folder, "/")
	return parts[0] == internal && slices.Contains(parts, "rejects")
}

func fileMode(name string) fs.FileMode {
	if private(path.Dir(name)) {
		return 0o600
	}
	return 0o644
}

func folderMode(folder string) fs.FileMode {
	if private(folder) {
		return 0o700
	}
	return 0o755
}

// path joins a name to the root without access to the file system.
func (s *Store) path(name string) string {
	return filepath.Join(s.root, filepath.FromSlash(name))
}

// follow returns the real path of a name, with all links resolved.
func (s *Store) follow(name string) (string, error) {
	at := s.path(name)
	real, err := filepath.EvalSymlinks(at)
	if err != nil {
		// EvalSymlinks has no specific error for a link that leads to itself.
		if _, statErr := os.Stat(at); errors.Is(statErr, errLinkLoop) {
			return "", unfit("Delete the link.", "%s is a link to itself", name)
		}
		return "", unreadable(at, err)
	}
	if rel, err := filepath.Rel(s.root, real); err != nil || !filepath.IsLocal(rel) {
		return "", unfit("Replace the link by a copy of what it leads to.", "%s is a link to %s, which is outside the lake", name, real)
	}
	return real, nil
}

// folder returns the real path of a folder, and creates missing parts of it.
func (s *Store) folder(name string) (string, error) {
	real, err := s.follow(name)
	if !missing(err) || name == "." {
		return real, err
	}
	above, err := s.folder(path.Dir(name))
	if err != nil {
		return "", err
	}
	real = filepath.Join(above, path.Base(name))
	if err := s.disk.mkdir(real, folderMode(name)); err != nil {
		return "", err
	}
	return real, s.settle(name, above)
}

// place returns the real path for a name and creates its folder. A link in the
// last part is not resolved, because a rename replaces it.
func (s *Store) place(name string) (string, error) {
	folder, err := s.folder(path.Dir(name))
	if err != nil {
		return "", err
	}
	return filepath.Join(folder, path.Base(name)), nil
}

// stat returns a file as List lists it.
func (s *Store) stat(name string) (pipeline.File, error) {
	at, err := s.follow(name)
	if err != nil {
		return pipeline.File{}, err
	}
	info, err := os.Stat(at)
	if err != nil {
		return pipeline.File{}, err
	}
	return listed(name, info), nil
}

func listed(name string, info fs.FileInfo) pipeline.File {
	return pipeline.File{Name: name, Size: info.Size(), ModTime: info.ModTime().UTC(), Version: version(info)}
}
