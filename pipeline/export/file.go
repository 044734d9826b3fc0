package export

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Into creates a file with the output of write, readable only by its owner. If
// the file exists, it stays unchanged and Into returns an error. If write
// fails, Into leaves no file.
func Into(name string, write func(io.Writer) error) error {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(write(file), file.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}

// Over is like Into, but replaces a file that exists. It does so only after
// write has succeeded.
func Over(name string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(name), ".export-*")
	if err != nil {
		return err
	}
	if err := errors.Join(write(file), file.Close()); err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	if err := os.Rename(file.Name(), name); err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
