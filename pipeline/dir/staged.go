package dir

import (
	"errors"
	"io/fs"
	"os"
)

// staged is a file below the staging folder.
type staged struct {
	disk disk
	path string
	file *os.File // nil once closed
	err  error    // the first error; it is final
	gone bool     // committed or discarded

	written int64 // bytes
	started int64 // bytes for which the operating system was told to start writing
}

func (f *staged) Path() string { return f.path }

func (f *staged) Write(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	if f.file == nil {
		return 0, &fs.PathError{Op: "write", Path: f.path, Err: fs.ErrClosed}
	}
	n, err := f.disk.write(f.file, p)
	f.written += int64(n)
	f.err = err
	if fresh := f.written - f.started; fresh >= writeBackStep {
		startWriteBack(f.file, f.started, fresh)
		f.started = f.written
	}
	return n, err
}

func (f *staged) Close() error {
	if f.file == nil {
		return f.err
	}
	if f.err == nil {
		f.err = f.disk.sync(f.file)
	}
	if err := f.disk.close(f.file); f.err == nil {
		f.err = err
	}
	f.file = nil
	return f.err
}

func (f *staged) Discard() error {
	if f.gone {
		return nil
	}
	if f.file != nil {
		_ = f.file.Close() // the file is discarded, so an error does not matter
		f.file = nil
	}
	if err := f.disk.remove(f.path); err != nil {
		return err
	}
	f.gone = true
	return nil
}

// ready returns why the file cannot be committed, or nil.
func (f *staged) ready() error {
	switch {
	case f.err != nil:
		return f.err
	case f.gone:
		return errors.New("already committed or discarded")
	case f.file != nil:
		return errors.New("not closed yet")
	}
	return nil
}
