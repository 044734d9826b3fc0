package dir

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"stedi/pipeline"
)

// probeSize is how much Examine writes to test whether the disk accepts data.
const probeSize = 64 << 10

// Examine tries what a run needs of the lake: to read its files, to write and
// rename in the folders that it changes, to lock a file, and room for that many
// bytes. It leaves no trace: its one file, of a hidden name, is removed.
func (s *Store) Examine(ctx context.Context, read, written []string, need int64) []pipeline.Finding {
	findings := s.examineFiles(ctx, read)
	written, err := s.changed(written)
	if err != nil {
		findings = append(findings, pipeline.Trouble(internal, err))
	}
	findings = append(findings, s.examineFolders(written)...)
	return append(findings, examineRoom("disk of the lake", s.root, need)...)
}

// examineFiles opens the files that a run reads.
func (s *Store) examineFiles(ctx context.Context, folders []string) []pipeline.Finding {
	var findings []pipeline.Finding
	for _, folder := range append(slices.Clone(folders), internal+"/tables", internal+"/cache", internal+"/intent") {
		files, err := s.List(ctx, folder)
		if err != nil {
			findings = append(findings, pipeline.Trouble(folder, err))
			continue
		}
		var errs []error
		for _, f := range files {
			at, err := s.file(f.Name)
			if err == nil {
				err = s.readable(at)
			}
			if err != nil && !missing(err) {
				errs = append(errs, err)
			}
		}
		if len(errs) > 0 {
			finding := pipeline.Trouble(folder, errs[0])
			if len(errs) > 1 {
				finding.Says += fmt.Sprintf(", and %d more files", len(errs)-1)
			}
			findings = append(findings, finding)
		}
	}
	for _, name := range []string{internal + "/history.json", lockName} {
		at, err := s.file(name)
		if err == nil {
			err = s.readable(at)
		}
		if err == nil && name == lockName {
			err = writable(at)
		}
		if err != nil && !missing(err) {
			findings = append(findings, s.advise(name, err))
		}
	}
	return findings
}

func writable(at string) error {
	file, err := os.OpenFile(at, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return file.Close()
}

// changed returns the folders in which a run creates, renames or deletes files,
// as far as they exist, with links resolved.
func (s *Store) changed(tables []string) ([]string, error) {
	var folders []string
	add := func(name string) error {
		for ; ; name = path.Dir(name) {
			real, err := s.follow(name)
			if missing(err) && name != "." {
				continue
			}
			if err == nil && !slices.Contains(folders, real) {
				folders = append(folders, real)
			}
			return err
		}
	}
	errs := []error{add(internal)}
	for _, t := range tables {
		errs = append(errs, add(t))
	}
	root := s.path(internal)
	// A folder that cannot be entered is an error of the walk. In old runs only
	// the folders with rejects are changed.
	errs = append(errs, filepath.WalkDir(root, func(at string, entry fs.DirEntry, err error) error {
		switch {
		case missing(err):
			return nil
		case err != nil:
			return unreadable(at, err)
		case !entry.IsDir():
			return nil
		}
		name, err := filepath.Rel(s.root, at)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if strings.HasPrefix(name, internal+"/runs/") && !private(name) {
			return nil
		}
		return add(name)
	}))
	return folders, errors.Join(errs...)
}

// examineFolders renames a file through all folders, as a run does from the
// staging folder.
func (s *Store) examineFolders(folders []string) []pipeline.Finding {
	if len(folders) == 0 {
		return nil
	}
	name := internal + "-doctor-" + rand.Text()
	at := filepath.Join(folders[0], name)
	if err := s.probe(at); err != nil {
		return []pipeline.Finding{s.advise(s.shown(folders[0]), err)}
	}
	findings := []pipeline.Finding{}
	for _, folder := range folders[1:] {
		to := filepath.Join(folder, name)
		if err := s.disk.rename(at, to); err != nil {
			findings = append(findings, s.advise(s.shown(folder), err))
			continue
		}
		at = to
	}
	if err := s.disk.remove(at); err != nil {
		findings = append(findings, s.advise(s.shown(at), err))
	}
	return findings
}

// probe creates a file, and removes it again if anything fails.
func (s *Store) probe(at string) (err error) {
	file, err := s.disk.create(at, os.O_RDWR|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = s.disk.write(file, make([]byte, probeSize))
	if err == nil {
		err = s.disk.sync(file)
	}
	if err == nil {
		err = s.disk.do(KindLock, at, func() error {
			_, err := tryLock(file)
			return err
		})
		if err != nil {
			err = lockless(at, err)
		}
	}
	if err = errors.Join(err, file.Close()); err != nil {
		err = errors.Join(err, s.disk.remove(at))
	}
	return err
}

// shown returns the name of a path in the lake for messages.
func (s *Store) shown(at string) string {
	if name, err := filepath.Rel(s.root, at); err == nil && name != "." {
		return filepath.ToSlash(name)
	}
	return s.root
}

// advise returns a finding, with the fix, for an operation that is not
// permitted.
func (s *Store) advise(about string, err error) pipeline.Finding {
	finding := pipeline.Trouble(about, err)
	switch {
	case errors.Is(err, syscall.EROFS):
		finding.Says = "it cannot be written to, since its file system is mounted read-only"
		finding.Fix = "Mount it read-write (mount -o remount,rw), or work on a copy: cp -r " + s.root + " COPY"
	case errors.Is(err, fs.ErrPermission):
		finding.Says = "this user may not write there"
		finding.Fix = fmt.Sprintf("Run as the owner, or make this user the owner: sudo chown -R %d %s", os.Getuid(), s.root)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		finding.Says = "the disk is full"
		finding.Fix = "Free some space there, or move the lake to another disk."
	case errors.Is(err, syscall.EXDEV):
		finding.Says = "it is on another file system than .stedi, so files cannot be moved into it"
		finding.Fix = "Keep the whole lake on one file system."
	}
	return finding
}

// examineRoom compares the free space of a disk with the required space.
func examineRoom(about, folder string, need int64) []pipeline.Finding {
	bytes, files, err := free(folder)
	switch {
	case err != nil:
		return []pipeline.Finding{pipeline.Trouble(about, err)}
	case bytes < uint64(max(need, probeSize)): // the value is not negative
		return []pipeline.Finding{pipeline.Trouble(about, pipeline.Fail(pipeline.BadEngine, "", "Free some space in "+folder+", or use another disk.",
			"%.1f MB are free, and a run needs about %.1f MB", float64(bytes)/1e6, float64(max(need, probeSize))/1e6))}
	case files < 100:
		return []pipeline.Finding{pipeline.Trouble(about, pipeline.Fail(pipeline.BadEngine, "", "Delete files in "+folder+", or use another disk.",
			"it can take only %d more files", files))}
	}
	return nil
}

// ExamineTemp tests the folder for temporary files.
func ExamineTemp() []pipeline.Finding {
	const about = "temporary folder"
	temp := os.TempDir()
	s := &Store{root: temp, disk: disk{root: temp}}
	if err := s.probe(filepath.Join(temp, privatePrefix+"doctor-"+rand.Text())); err != nil {
		finding := s.advise(about+" "+temp, err)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, errNotFolder) || errors.Is(err, syscall.EROFS) {
			finding.Says, finding.Fix = "no file can be created there", tempFix
			if path, ok := errors.AsType[*fs.PathError](err); ok {
				finding.Says += ": " + path.Err.Error()
			}
		}
		return []pipeline.Finding{finding}
	}
	return nil
}

// tempFix is the fix if there is no folder for temporary files.
const tempFix = "Set TMPDIR to a folder that exists and that this user can write to."
