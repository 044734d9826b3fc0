// Package submission reads a submission: a folder, a zip file or a bare git
// directory. It executes nothing, follows no symbolic link, and reads bounded
// amounts of bounded numbers of files.
package submission

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/printable"
)

// Kind is what a file of a submission is.
type Kind int

// The kinds of files.
const (
	Other   Kind = iota
	Script       // Python
	DDL          // CREATE TABLE, or the description of a table in JSON
	Picture      // a screenshot, or a PDF
	Readme       // text for people
)

// Limits bound what is read of a submission.
type Limits struct {
	Files    int   // files of all kinds
	Depth    int   // of folders
	Text     int64 // bytes of a text file
	AllText  int64 // bytes of all text files
	Picture  int64 // bytes of a picture
	Archive  int64 // bytes of a zip file
	Unpacked int64 // bytes that a zip file says it holds
}

// Usual are the limits for one submission.
func Usual() Limits {
	return Limits{Files: 20_000, Depth: 24, Text: 2 << 20, AllText: 64 << 20, Picture: 24 << 20, Archive: 2 << 30, Unpacked: 16 << 30}
}

// File is a file of a submission.
type File struct {
	Name     string // path with slashes below the target, printable
	Size     int64
	Kind     Kind
	Text     string // of a script, a DDL or a text, decoded
	Encoding string // "" for UTF-8, else "UTF-16", "RTF", "Latin-1"
}

// Note is something about a submission that the reviewer has to know.
type Note struct {
	Where   string // printable
	Message string
}

// Submission is what a target holds.
type Submission struct {
	Target string // as it was given
	Files  []File // sorted by name
	Notes  []Note // what was not read, and why
	Lake   string // folder of a lake in the target, or ""
	// Derived: the lake also has derived tables.
	Derived bool

	limits Limits
	source source
	seen   int
	text   int64
	actual map[string]string // names as they are in the source, by the printable ones
	lakes  map[string]map[string]bool
}

// source is where the files of a submission come from.
type source interface {
	// walk calls yield for every file, and note for what it leaves out.
	walk(ctx context.Context, depth int, yield func(name string, size int64) error, note func(name, message string)) error
	// read returns the content of a file of at most limit bytes.
	read(name string, limit int64) ([]byte, error)
	close() error
}

// errTooLarge means that a file is larger than it may be.
var errTooLarge = errors.New("the file is too large")

// errEnough ends a walk.
var errEnough = errors.New("too many files")

// Open reads a submission. The caller closes it; until then, Data reads its
// pictures.
func Open(ctx context.Context, target string, limits Limits) (*Submission, error) {
	source, err := open(target, limits)
	if err != nil {
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Name a folder, a zip file or a bare git directory.", "%s: %w", printable.Text(target), err)
	}
	s := &Submission{Target: target, limits: limits, source: source, actual: map[string]string{}, lakes: map[string]map[string]bool{}}
	err = source.walk(ctx, limits.Depth, s.add, s.note)
	if errors.Is(err, errEnough) {
		s.note("", fmt.Sprintf("only the first %s files were read", printable.Thousands(int64(limits.Files))))
		err = nil
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", printable.Text(target), err), s.Close())
	}
	slices.SortStableFunc(s.Files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	s.findLake()
	return s, nil
}

// Close closes what the submission was read from.
func (s *Submission) Close() error { return s.source.close() }

// Data returns the content of a picture.
func (s *Submission) Data(f *File) ([]byte, error) {
	return s.source.read(s.actual[f.Name], s.limits.Picture)
}

// Of returns the files of a kind.
func (s *Submission) Of(kind Kind) []*File {
	var files []*File
	for i := range s.Files {
		if s.Files[i].Kind == kind {
			files = append(files, &s.Files[i])
		}
	}
	return files
}

func (s *Submission) note(name, message string) {
	const enough = 200
	if len(s.Notes) < enough {
		s.Notes = append(s.Notes, Note{Where: shown(name), Message: message})
	}
}

// shown makes a name safe to print.
func shown(name string) string {
	return printable.Head(strings.ReplaceAll(strings.ReplaceAll(name, "\r", "␍"), "\n", "␊"), 240)
}

// add reads a file of the target as far as it matters.
func (s *Submission) add(name string, size int64) error {
	if ignored(name) {
		return nil
	}
	if s.seen++; s.seen > s.limits.Files {
		return errEnough
	}
	file := File{Name: shown(name), Size: size}
	if _, twice := s.actual[file.Name]; twice {
		s.note(name, "another file has the same name: it was not read")
		return nil
	}
	s.actual[file.Name] = name
	s.landing(name)
	switch {
	case isPicture(name):
		file.Kind = Picture
	case isText(name, size):
		s.read(&file, name)
	}
	s.Files = append(s.Files, file)
	return nil
}

// read reads a text file and finds out what it is.
func (s *Submission) read(file *File, name string) {
	switch {
	case file.Size > s.limits.Text:
		s.note(name, fmt.Sprintf("%s bytes are too many for a script or a DDL: it was not read", printable.Thousands(file.Size)))
		return
	case s.text >= s.limits.AllText:
		s.note(name, "the target holds too much text: it was not read")
		return
	}
	data, err := s.source.read(name, s.limits.Text)
	if err != nil {
		s.note(name, "it cannot be read: "+printable.Text(err.Error()))
		return
	}
	s.text += int64(len(data))
	text, encoding, ok := Decode(data)
	if !ok {
		if strings.EqualFold(path.Ext(name), ".py") || strings.EqualFold(path.Ext(name), ".sql") {
			s.note(name, "it is not text: it was not read")
		}
		return
	}
	file.Encoding = encoding
	if file.Kind = classify(name, text); file.Kind != Other {
		file.Text = text
	}
}

func ignored(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		switch part {
		case ".git", "__MACOSX", ".DS_Store", "node_modules", ".venv", "venv", "__pycache__", ".ipynb_checkpoints", "site-packages", ".stedi":
			return true
		}
	}
	return strings.HasPrefix(path.Base(name), "._")
}

func open(target string, limits Limits) (source, error) {
	info, err := os.Stat(target)
	if err != nil {
		return nil, errors.New("it does not exist, or cannot be read")
	}
	if info.IsDir() {
		return openFolder(target)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is neither a folder nor a file")
	}
	if info.Size() > limits.Archive {
		return nil, fmt.Errorf("%s bytes are too many for an archive", printable.Thousands(info.Size()))
	}
	return openZip(target, info.Size(), limits)
}

// unzipped returns the error for a file that cannot be opened as a zip file.
func unzipped(err error) error {
	if errors.Is(err, zip.ErrFormat) {
		return errors.New("it is not a zip file; unpack other archives, and name the folder")
	}
	return fmt.Errorf("the zip file cannot be read: %w", err)
}

func openZip(target string, size int64, limits Limits) (source, error) {
	f, err := os.Open(target)
	if err != nil {
		return nil, err
	}
	r, err := zip.NewReader(f, size)
	if err != nil {
		return nil, errors.Join(unzipped(err), f.Close())
	}
	z := &zipped{file: f, entries: map[string]*zip.File{}, limits: limits}
	for _, e := range r.File {
		z.order = append(z.order, e)
		if len(z.order) > limits.Files {
			break
		}
	}
	return z, nil
}

// zipped is a submission in a zip file.
type zipped struct {
	file    *os.File
	order   []*zip.File
	entries map[string]*zip.File
	limits  Limits
}

func (z *zipped) close() error { return z.file.Close() }

func (z *zipped) walk(ctx context.Context, depth int, yield func(string, int64) error, note func(string, string)) error {
	var total uint64
	for _, e := range z.order {
		name := strings.TrimPrefix(strings.ReplaceAll(e.Name, "\\", "/"), "./")
		mode := e.Mode()
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case mode.IsDir() || strings.HasSuffix(name, "/"):
			continue
		case !fs.ValidPath(name):
			note(name, "the name leads out of the archive: it was not read")
			continue
		case strings.Count(name, "/") > depth:
			note(name, "it lies too deep: it was not read")
			continue
		case mode&fs.ModeSymlink != 0:
			note(name, "symbolic links are not followed")
			continue
		case !mode.IsRegular():
			continue
		case e.Flags&1 != 0:
			note(name, "it is encrypted: it was not read")
			continue
		case z.entries[name] != nil:
			note(name, "the archive holds this name twice: only the first was read")
			continue
		case e.UncompressedSize64 > uint64(z.limits.Unpacked)-min(total, uint64(z.limits.Unpacked)):
			note(name, "the archive unpacks to too many bytes: it was not read")
			continue
		}
		total += e.UncompressedSize64
		z.entries[name] = e
		if err := yield(name, int64(e.UncompressedSize64)); err != nil {
			return err
		}
	}
	return nil
}

func (z *zipped) read(name string, limit int64) (data []byte, err error) {
	e := z.entries[name]
	if e == nil {
		return nil, fs.ErrNotExist
	}
	r, err := e.Open()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return atMost(r, limit)
}

// atMost reads a stream that must not be longer than the limit.
func atMost(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		return nil, errTooLarge
	}
	return data, err
}
