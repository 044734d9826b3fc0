package export

import (
	"errors"
	"io"
	"os"
)

// Into makes a new file of what write writes, which only its owner can read. A
// file of that name that is there already stays as it is, and is an error; when
// write fails there is no file.
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
