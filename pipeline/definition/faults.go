package definition

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"stedi/pipeline"
)

// faultsIn adds the file to the *SQLErrors in an error, and returns any other
// error unchanged.
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

// note collects an error in the definition, so that loading continues and finds
// the others. It returns any other error, which ends the loading.
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

// noteIn is note for an error in a file. It marks the file's table as unusable,
// so that errors that only follow from it are not reported.
func (l *loader) noteIn(file string, err error) error {
	l.broken[strings.ToLower(NameOf(file))] = true
	return l.note(errors.Join(faultsIn(file, err)...))
}

// noteTable is note for an error in a table, which it marks as unusable.
func (l *loader) noteTable(t *pipeline.Table, err error) error {
	l.broken[t.Name] = true
	return l.note(errors.Join(faultsIn(t.File, err)...))
}

// reads reports whether all tables that a SELECT reads are usable.
func (l *loader) reads(names []string) bool {
	for _, name := range names {
		if l.broken[strings.ToLower(name)] {
			return false
		}
	}
	return true
}

// TextFiles lists the files of a definition's folder with the extension, in any
// case. Leftovers of editors and macOS are left out.
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

// isLeftover reports whether an editor or a file system created a file beside
// another one: ._x.sql, .#x.sql, .x.sql.swp, #x.sql#, x.sql~.
func isLeftover(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "#") || strings.HasPrefix(name, "~$") || strings.HasSuffix(name, "~")
}

// byteOrderMark is what some editors write at the start of a file.
const byteOrderMark = "\uFEFF"

// ReadText returns the text of a file of a definition.
func ReadText(definition fs.FS, file string) (string, error) {
	text, err := fs.ReadFile(definition, file)
	return strings.TrimPrefix(string(text), byteOrderMark), err
}
