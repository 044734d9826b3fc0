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

	durable chan error // receives the result of the sync that Close has started; nil: no sync is running

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

// Close starts to make the bytes durable, and ready waits for the end of that.
// They can be read meanwhile.
func (f *staged) Close() error {
	if f.file == nil {
		return f.err
	}
	file, durable := f.file, make(chan error, 1)
	f.file = nil
	if f.err != nil {
		_ = f.disk.close(file) // the first error counts
		return f.err
	}
	f.durable = durable
	go func() {
		err := f.disk.sync(file)
		if closed := f.disk.close(file); err == nil {
			err = closed
		}
		durable <- err
	}()
	return nil
}

// settle waits until the bytes are durable, or the attempt has failed.
func (f *staged) settle() {
	if f.durable == nil {
		return
	}
	if err := <-f.durable; f.err == nil {
		f.err = err
	}
	f.durable = nil
}

func (f *staged) Discard() error {
	if f.gone {
		return nil
	}
	f.settle()
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
	f.settle()
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
