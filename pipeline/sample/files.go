package sample

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	maxFiles  = 64
	flushSize = 256 << 10
)

// landing lists the tables by their folders, in the order of Manifest.Tables.
var landing = [...]string{"customer", "accelerometer", "step_trainer"}

// output is the lake being written. It remembers what it made, and only that
// is removed after a failure.
type output struct {
	dir          string
	customer     *writer
	acceleration *writer
	steps        *writer
	made         []string // folders, parents first
}

func newOutput(dir string, s shape, scale int) *output {
	rows := s.expected(int64(scale))[Base]
	table := func(name string) *writer {
		total := int(rows[name+"_landing"])
		return &writer{
			prefix:  filepath.Join(dir, name, "landing", name),
			perFile: max(s.perFile, (total+maxFiles-1)/maxFiles),
			buf:     make([]byte, 0, flushSize+flushSize/4),
			table:   Table{Name: name + "_landing", Path: name + "/landing"},
		}
	}
	return &output{
		dir:          dir,
		customer:     table(landing[0]),
		acceleration: table(landing[1]),
		steps:        table(landing[2]),
	}
}

func (o *output) writers() []*writer { return []*writer{o.customer, o.acceleration, o.steps} }

// vacant refuses a lake whose landing folders hold data at any depth. Hidden
// files are none: readers of a lake pass over names that begin with _ or a dot.
func vacant(dir string) error {
	for _, name := range landing {
		root := filepath.Join(dir, name, "landing")
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist) && path == root:
				return nil
			case err != nil:
				return err
			case path != root && strings.ContainsAny(entry.Name()[:1], "_."):
				if entry.IsDir() {
					return fs.SkipDir
				}
				return nil
			case entry.IsDir():
				return nil
			}
			return fmt.Errorf("%w: %s: choose an empty folder, or delete the files first", ErrOccupied, path)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (o *output) create() error {
	for _, w := range o.writers() {
		if err := o.mkdir(filepath.Dir(w.prefix)); err != nil {
			return err
		}
	}
	return nil
}

func (o *output) mkdir(path string) error {
	err := os.Mkdir(path, 0o755)
	if errors.Is(err, fs.ErrNotExist) && filepath.Dir(path) != path {
		if err := o.mkdir(filepath.Dir(path)); err != nil {
			return err
		}
		err = os.Mkdir(path, 0o755)
	}
	switch {
	case err == nil:
		o.made = append(o.made, path)
	case errors.Is(err, fs.ErrExist):
		return nil
	}
	return err
}

func (o *output) close() error {
	for _, w := range o.writers() {
		if err := w.closeFile(); err != nil {
			return err
		}
	}
	return nil
}

// remove deletes the files and folders that were made. A folder stays if
// somebody else has put something there.
func (o *output) remove() error {
	var errs []error
	for _, w := range o.writers() {
		errs = append(errs, w.remove())
	}
	for _, folder := range slices.Backward(o.made) {
		if left, err := os.ReadDir(folder); err == nil && len(left) == 0 {
			errs = append(errs, os.Remove(folder))
		}
	}
	return errors.Join(errs...)
}

func (o *output) tables() []Table {
	tables := make([]Table, 0, len(landing))
	for _, w := range o.writers() {
		tables = append(tables, w.table)
	}
	return tables
}

// writer splits the rows of a table into files. A row is put together by a
// chain of calls that ends with endRow.
type writer struct {
	prefix  string // of the file names
	perFile int
	buf     []byte
	file    *os.File
	inFile  int
	made    []string
	table   Table
}

func (w *writer) text(s string) *writer {
	w.buf = append(w.buf, s...)
	return w
}

func (w *writer) add(b []byte) *writer {
	w.buf = append(w.buf, b...)
	return w
}

func (w *writer) number(n int64) *writer {
	w.buf = strconv.AppendInt(w.buf, n, 10)
	return w
}

// digits writes the last width digits of n, with leading zeros.
func (w *writer) digits(n uint64, width int) *writer {
	end := len(w.buf) + width
	w.buf = append(w.buf, "00000000000000000000"[:width]...)
	for i := 1; i <= width; i++ {
		w.buf[end-i] = byte('0' + n%10)
		n /= 10
	}
	return w
}

func (w *writer) endRow() error {
	w.table.Rows++
	w.inFile++
	switch {
	case w.inFile == w.perFile:
		return w.closeFile()
	case len(w.buf) >= flushSize:
		return w.flush()
	}
	return nil
}

func (w *writer) flush() error {
	if w.file == nil {
		name := fmt.Sprintf("%s-%05d.json", w.prefix, w.table.Files+1)
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		w.file = file
		w.made = append(w.made, name)
		w.table.Files++
	}
	n, err := w.file.Write(w.buf)
	w.table.Bytes += int64(n)
	w.buf = w.buf[:0]
	return err
}

// closeFile writes what is left; without any row since the last file it makes
// no empty one.
func (w *writer) closeFile() error {
	if w.inFile == 0 {
		return nil
	}
	if err := w.flush(); err != nil {
		return err
	}
	err := w.file.Close()
	w.file, w.inFile = nil, 0
	return err
}

func (w *writer) remove() error {
	var errs []error
	if w.file != nil {
		errs = append(errs, w.file.Close())
		w.file = nil
	}
	for _, name := range w.made {
		errs = append(errs, os.Remove(name))
	}
	return errors.Join(errs...)
}
