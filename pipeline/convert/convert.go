// Package convert reads derived tables that others built as Parquet or CSV. Its
// store converts their files to JSON lines, in a private folder, when they are
// fetched, so that its callers read one format. Landing tables are not converted,
// unless WithLanding says so.
package convert

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// Format is a format that is converted.
type Format string

// The formats.
const (
	Parquet Format = "Parquet"
	CSV     Format = "CSV"
)

// Converter writes the rows of a local file as JSON lines to a new file. The
// values of a column of the table have the column's type where they can.
type Converter func(ctx context.Context, format Format, from, to string, table *pipeline.Table) error

// Store is a store whose files of derived tables are JSON lines when they are
// fetched.
type Store struct {
	pipeline.Store

	lake    *pipeline.Lake
	folder  string // for converted files
	convert Converter
	landing bool // landing tables are converted, too

	mu        sync.Mutex
	converted map[string]*conversion // by name and version
	tables    map[string]error       // by table: why it cannot be read at all
	blanks    map[string]bool        // names of files that are CSV
}

type conversion struct {
	once sync.Once
	path string
	err  error
}

// NewStore reads the lake's derived tables through a store. Converted files lie
// in a folder that the caller removes.
func NewStore(store pipeline.Store, lake *pipeline.Lake, folder string, convert Converter) *Store {
	return &Store{Store: store, lake: lake, folder: folder, convert: convert, converted: map[string]*conversion{}, tables: map[string]error{}, blanks: map[string]bool{}}
}

// WithLanding also converts files of landing tables: where a catalog says of
// which format they are, such files belong there.
func (s *Store) WithLanding() *Store {
	s.landing = true
	return s
}

// LosesBlanks reports whether a file that was fetched is CSV, in which an empty
// text and a null are the same.
func (s *Store) LosesBlanks(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.blanks[name]
}

// Absent says why a table has no files.
func (s *Store) Absent(t *pipeline.Table) string { return pipeline.WhyAbsent(s.Store, t) }

// Fetch returns where the file is as JSON lines.
func (s *Store) Fetch(ctx context.Context, f pipeline.File) (string, error) {
	local, err := s.Store.Fetch(ctx, f)
	if err != nil {
		return "", err
	}
	t := s.tableOf(f.Name)
	if t == nil {
		return local, nil
	}
	if err := s.readable(ctx, t); err != nil {
		return "", err
	}
	format, err := formatOf(ctx, local, f, t)
	if err != nil || format == "" {
		return local, err
	}
	s.mu.Lock()
	s.blanks[f.Name] = format == CSV
	key := fmt.Sprint(f.Name, " ", f.Size, " ", f.ModTime.UnixNano(), " ", f.Version)
	c := s.converted[key]
	if c == nil {
		c = &conversion{path: filepath.Join(s.folder, fmt.Sprintf("%d.json", len(s.converted)))}
		s.converted[key] = c
	}
	s.mu.Unlock()
	c.once.Do(func() { c.err = s.make(ctx, format, local, f, c.path, t) })
	return c.path, c.err
}

// make converts a file. What is compressed as a whole is unpacked first.
func (s *Store) make(ctx context.Context, format Format, local string, f pipeline.File, to string, t *pipeline.Table) error {
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return err
	}
	if format == CSV {
		plain, err := os.OpenFile(to+".csv", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		defer os.Remove(plain.Name()) //nolint:errcheck // the folder is removed at the end
		err = ndjson.Unpack(ctx, ndjson.File{Path: local, Name: f.Name, Size: f.Size}, ndjson.Limits{}, plain)
		if err = errors.Join(err, plain.Close()); err != nil {
			return err
		}
		local = plain.Name()
	}
	if err := s.convert(ctx, format, local, to, t); err != nil {
		return pipeline.Fail(pipeline.BadData, t.Name, "Write the file again where the table is built.", "%s cannot be read as %s: %w", f.Name, format, err)
	}
	return nil
}

// tableOf is the table to which a file belongs, or nil if it is not converted.
func (s *Store) tableOf(name string) *pipeline.Table {
	for _, t := range s.lake.Tables {
		if (s.landing || !t.IsLanding()) && (name == t.Path || strings.HasPrefix(name, t.Path+"/")) {
			return t
		}
	}
	return nil
}

// readable refuses tables of which some files are no rows of the table any
// more, as only their own reader can tell.
func (s *Store) readable(ctx context.Context, t *pipeline.Table) error {
	s.mu.Lock()
	err, known := s.tables[t.Name]
	s.mu.Unlock()
	if known {
		return err
	}
	for folder, what := range map[string]string{"_delta_log": "a Delta Lake table", "metadata": "an Iceberg table", ".hoodie": "a Hudi table"} {
		files, e := s.List(ctx, t.Path+"/"+folder)
		if e != nil {
			return e
		}
		if len(files) > 0 && (folder != "metadata" || isIceberg(files)) {
			err = pipeline.Fail(pipeline.BadData, t.Name,
				"Export its current rows as JSON lines or Parquet, for example with UNLOAD in Athena or spark.table(…).write.json(…), and name that folder with --map "+t.Name+"=FOLDER.",
				"%s is %s, whose files also hold rows that were deleted or replaced", t.Path, what)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tables[t.Name] = err
	return err
}

func isIceberg(files []pipeline.File) bool {
	for _, f := range files {
		if strings.HasSuffix(f.Name, ".metadata.json") {
			return true
		}
	}
	return false
}

// formatOf recognises what has to be converted; "" is JSON lines, or what their
// reader names.
func formatOf(ctx context.Context, local string, f pipeline.File, t *pipeline.Table) (Format, error) {
	file, err := os.Open(local)
	if err != nil {
		return "", err
	}
	defer file.Close() //nolint:errcheck // it is only read
	head := make([]byte, headSize)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", err
	}
	head = head[:n]
	if bytes.HasPrefix(head, []byte("PAR1")) {
		return Parquet, nil
	}
	if isPacked(head) {
		if head, err = unpackedHead(ctx, local, f); err != nil {
			return "", err
		}
	}
	if !isJSON(head) && isCSV(head, t) {
		return CSV, nil
	}
	return "", nil
}

const headSize = 64 << 10

func isJSON(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	return len(head) == 0 || head[0] == '{' || head[0] == '['
}

// isPacked recognises the compressions that the reader of JSON lines unpacks.
func isPacked(head []byte) bool {
	for _, magic := range []string{"\x1f\x8b", "\x28\xb5\x2f\xfd", "BZh"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return len(head) > 4 && head[0]&0xf0 == 0x50 && string(head[1:4]) == "\x2a\x4d\x18" // a skippable frame of zstd
}

// unpackedHead is the beginning of a compressed file; nothing if it is damaged,
// which its reader says better.
func unpackedHead(ctx context.Context, local string, f pipeline.File) ([]byte, error) {
	w := &headWriter{}
	err := ndjson.Unpack(ctx, ndjson.File{Path: local, Name: f.Name, Size: f.Size}, ndjson.Limits{}, w)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil && len(w.head) < headSize {
		return nil, nil
	}
	return w.head, nil
}

type headWriter struct{ head []byte }

var errEnough = errors.New("enough")

func (w *headWriter) Write(b []byte) (int, error) {
	w.head = append(w.head, b[:min(len(b), headSize-len(w.head))]...)
	if len(w.head) == headSize {
		return 0, errEnough
	}
	return len(b), nil
}

// isCSV recognises a header: a line that names most columns of the table, between
// commas, semicolons, tabs or bars.
func isCSV(head []byte, t *pipeline.Table) bool {
	line, _, _ := bytes.Cut(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), []byte("\n"))
	names := strings.FieldsFunc(strings.ToLower(string(line)), func(r rune) bool { return strings.ContainsRune(",;\t|\"\r", r) })
	found := 0
	for _, c := range t.Columns {
		for _, name := range names {
			if strings.TrimSpace(name) == strings.ToLower(c.Name) {
				found++
				break
			}
		}
	}
	return found > 0 && 2*found >= len(t.Columns)
}
