package sample

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxFiles bounds the number of files with rows per table.
const maxFiles = 64

// landing lists the tables by their directories, in the order of
// Manifest.Tables.
var landing = [...]string{"customer", "accelerometer", "step_trainer"}

// output is a lake that is being written. It records the files that it creates,
// and removes only those after a failure.
type output struct {
	dir    string
	tables [len(landing)]*writer
	made   []string // created directories, parents first
}

func newOutput(dir string, s shape, options Options) *output {
	o := &output{dir: dir}
	totals := s.expected(int64(options.Scale))[Base]
	for i, name := range landing {
		w := &writer{
			dir:     dir,
			mkdir:   o.mkdir,
			base:    name,
			columns: keysOf[i],
			buf:     make([]byte, 0, flushSize+flushSize/4),
			table:   Table{Name: name + "_landing", Path: name + "/landing"},
		}
		total := totals[w.table.Name]
		w.perFile = max(s.perFile, (int(total)+maxFiles-1)/maxFiles)
		if options.DirtyFiles {
			w.forms = oddForms[:]
			w.perFile = max(1, min(w.perFile, int(total)/len(oddForms)))
		}
		if options.DirtyRows {
			w.dirt = newDirt(s, i, options.Seed)
		}
		if options.Rejects > 0 {
			w.spoiler = &spoiler{table: i, rows: total, rejects: int64(options.Rejects-i+len(landing)-1) / int64(len(landing))}
		}
		w.begin()
		o.tables[i] = w
	}
	return o
}

func (o *output) customer() *writer     { return o.tables[0] }
func (o *output) acceleration() *writer { return o.tables[1] }
func (o *output) steps() *writer        { return o.tables[2] }

// vacant returns an error for a lake whose landing directories hold data at any
// depth. Hidden files do not count: readers of a lake ignore names that begin
// with _ or a dot.
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
	for _, w := range o.tables {
		if err := o.mkdir(filepath.Join(o.dir, filepath.FromSlash(w.table.Path))); err != nil {
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
	for _, w := range o.tables {
		if err := w.closeFile(); err != nil {
			return err
		}
		if err := w.addOddFiles(); err != nil {
			return err
		}
	}
	return nil
}

// remove deletes the created files and directories. A directory stays if
// another user has put a file into it.
func (o *output) remove() error {
	var errs []error
	for _, w := range o.tables {
		errs = append(errs, w.remove())
	}
	for _, folder := range slices.Backward(o.made) {
		if left, err := os.ReadDir(folder); err == nil && len(left) == 0 {
			errs = append(errs, os.Remove(folder))
		}
	}
	return errors.Join(errs...)
}

// describe adds the created tables and files to the manifest.
func (o *output) describe(m *Manifest) {
	for _, w := range o.tables {
		m.Tables = append(m.Tables, w.table)
		m.OddFiles = append(m.OddFiles, w.odd...)
		if w.dirt != nil {
			if m.Dirt == nil {
				m.Dirt = map[string]map[Dirt]int64{}
			}
			m.Dirt[w.table.Name] = w.dirt.added
		}
		if w.spoiler != nil {
			m.Rejects = append(m.Rejects, w.spoiler.made...)
		}
	}
}
