package export

import (
	"errors"
	"io"
	"os"
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
