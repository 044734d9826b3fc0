package definition

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"stedi/pipeline"
)

// faultsIn gives the *SQLErrors in an error their file; another error is
// returned as it is.
func faultsIn(file string, err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, e := range joined.Unwrap() {
			all = append(all, faultsIn(file, e)...)
		}
		return all
	}
	return []error{fault(file, err)}
}

// note keeps a fault of the definition, so that the others are found as well.
// An error of another kind is returned: it stops the loading.
func (l *loader) note(err error) error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			if err := l.note(e); err != nil {
				return err
			}
		}
		return nil
	}
	if _, ok := errors.AsType[*Error](err); !ok {
		return err
	}
	l.faults = append(l.faults, err)
	return nil
}

// noteIn is note for what is wrong with a file, whose table cannot be used.
// What follows from that alone is no fault of its own.
func (l *loader) noteIn(file string, err error) error {
	l.broken[strings.ToLower(NameOf(file))] = true
	return l.note(errors.Join(faultsIn(file, err)...))
}

// noteTable is note for a table, which cannot be used.
func (l *loader) noteTable(t *pipeline.Table, err error) error {
	l.broken[t.Name] = true
	return l.note(errors.Join(faultsIn(t.File, err)...))
}

// reads tells whether all tables that a SELECT reads can be used.
func (l *loader) reads(names []string) bool {
	for _, name := range names {
		if l.broken[strings.ToLower(name)] {
			return false
		}
	}
	return true
}

// TextFiles lists the files of a folder of a definition that end in
// extension, in any case. What editors and macOS leave beside files is left
// out.
func TextFiles(definition fs.FS, folder, extension string) ([]string, error) {
	entries, err := fs.ReadDir(definition, folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if !e.IsDir() && strings.EqualFold(path.Ext(e.Name()), extension) && !isLeftover(e.Name()) {
			files = append(files, folder+"/"+e.Name())
		}
	}
	return files, nil
}

// isLeftover tells whether a file is what an editor or a file system left
// beside another one: ._x.sql, .#x.sql, .x.sql.swp, #x.sql#, x.sql~.
func isLeftover(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "#") || strings.HasPrefix(name, "~$") || strings.HasSuffix(name, "~")
}

// byteOrderMark is what some editors write before the text of a file.
const byteOrderMark = "\uFEFF"

// ReadText reads a file of a definition.
func ReadText(definition fs.FS, file string) (string, error) {
	text, err := fs.ReadFile(definition, file)
	return strings.TrimPrefix(string(text), byteOrderMark), err
}
