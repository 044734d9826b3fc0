package dir

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"syscall"

	"stedi/pipeline"
)

// Open opens a file for reading.
func (s *Store) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	if err := ready(ctx, name); err != nil {
		return nil, err
	}
	file, err := s.open(name)
	if err != nil {
		return nil, err // not file: a nil *os.File is not a nil ReadCloser
	}
	return file, nil
}

func (s *Store) open(name string) (*os.File, error) {
	at, err := s.file(name)
	if err != nil {
		return nil, err
	}
	return s.disk.open(at)
}

// file returns the real path of a file. It returns an error for anything else,
// such as a pipe, because opening it could block for ever.
func (s *Store) file(name string) (string, error) {
	at, err := s.follow(name)
	if missing(err) {
		return "", &fs.PathError{Op: "open", Path: s.path(name), Err: fs.ErrNotExist}
	}
	if err != nil {
		return "", err
	}
	info, err := os.Stat(at)
	switch {
	case err != nil:
		return "", err
	case info.IsDir():
		return "", &fs.PathError{Op: "open", Path: at, Err: syscall.EISDIR}
	case !info.Mode().IsRegular():
		return "", notFile(name, info.Mode())
	}
	return at, nil
}

// Put writes content to name. If the rename succeeds but making it durable
// fails, name holds the new content in spite of the error.
func (s *Store) Put(ctx context.Context, name string, content []byte) error {
	if err := ready(ctx, name); err != nil {
		return err
	}
	return s.publish(name, func(temp *os.File) error {
		_, err := s.disk.write(temp, content)
		return err
	})
}

// Copy copies from to to. Unlike Keep it does not use a hard link, because creating and
// removing one changes the change time of the other name, so that listings of
// an unchanged file would differ. File systems that can clone blocks still
// share them.
func (s *Store) Copy(ctx context.Context, from, to string) error {
	if err := ready(ctx, from); err != nil {
		return err
	}
	if err := check(to); err != nil {
		return err
	}
	source, err := s.open(from)
	if err != nil {
		return err
	}
	err = s.publish(to, func(temp *os.File) error { return s.copyAll(ctx, temp, source) })
	return errors.Join(err, source.Close())
}

func (s *Store) copyAll(ctx context.Context, to, from *os.File) error {
	for offset := int64(0); ; offset += writeBackStep {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("copy %s: %w", from.Name(), err)
		}
		err := s.disk.do(KindWrite, to.Name(), func() error {
			_, err := io.CopyN(to, from, writeBackStep)
			return err
		})
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		startWriteBack(to, offset, writeBackStep)
	}
}

// publish replaces name in one step with a file that fill writes.
func (s *Store) publish(name string, fill func(temp *os.File) error) error {
	at, err := s.place(staging + "/.put-" + rand.Text())
	if err != nil {
		return err
	}
	if err := s.fillNew(at, fileMode(name), !pipeline.Expendable(name), fill); err != nil {
		return err
	}
	to, err := s.place(name)
	if err == nil {
		err = s.disk.rename(at, to)
	}
	if err != nil {
		return errors.Join(err, s.disk.remove(at))
	}
	return s.settle(name, filepath.Dir(to))
}

// settle makes a name durable in its folder, unless the file is expendable.
func (s *Store) settle(name, folder string) error {
	if pipeline.Expendable(name) {
		return nil
	}
	return s.disk.syncFolder(folder)
}

// fillNew creates a complete file, or no file.
func (s *Store) fillNew(at string, mode fs.FileMode, durable bool, fill func(temp *os.File) error) error {
	temp, err := s.disk.create(at, os.O_WRONLY|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	err = fill(temp)
	if err == nil && durable {
		err = s.disk.sync(temp)
	}
	if closeErr := s.disk.close(temp); err == nil {
		err = closeErr
	}
	if err != nil {
		return errors.Join(err, s.disk.remove(at))
	}
	return nil
}

// Delete removes a file, or a folder with all its content. For a link, it
// removes the link.
func (s *Store) Delete(ctx context.Context, name string) error {
	if err := ready(ctx, name); err != nil {
		return err
	}
	folder, err := s.follow(path.Dir(name))
	at := filepath.Join(folder, path.Base(name))
	if err == nil {
		_, err = os.Lstat(at)
	}
	if missing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.disk.remove(at); err != nil {
		return err
	}
	return s.settle(name, filepath.Dir(at))
}

func ready(ctx context.Context, name string) error {
	if err := check(name); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
