package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"stedi/pipeline/sample"
	definition "stedi/pipeline/stedi"
)

// derived is a derived table of the job.
type derived struct {
	name string
	path string // folder below the lake in which stedi writes it
}

// derivedTables returns the derived tables, from the names and headers of the
// transforms.
func derivedTables() ([]derived, error) {
	files, err := fs.Glob(definition.Definition, "transforms/*.sql")
	if err != nil {
		return nil, err
	}
	var tables []derived
	for _, file := range files {
		text, err := definition.Definition.ReadFile(file)
		if err != nil {
			return nil, err
		}
		_, after, ok := strings.Cut(string(text), "-- path: ")
		if !ok {
			return nil, fmt.Errorf("%s: no path in its header", file)
		}
		folder, _, _ := strings.Cut(after, "\n")
		tables = append(tables, derived{name: strings.TrimSuffix(path.Base(file), ".sql"), path: strings.TrimSpace(folder)})
	}
	return tables, nil
}

// lake is landing data with known row counts.
type lake struct {
	dir      string
	scale    int
	landing  []string // folders of the landing tables
	rows     int64    // number of rows of the landing tables
	bytes    int64
	expected map[string]int64 // number of rows of each table
}

// openLake returns the sample lake of a scale. It writes the lake unless its
// manifest exists; the manifest is written last.
func openLake(ctx context.Context, work string, scale int, seed uint64) (lake, error) {
	dir := filepath.Join(work, fmt.Sprintf("lake-%d-%d", scale, seed))
	file := dir + ".json"
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = writeLake(ctx, dir, file, scale, seed)
	}
	if err != nil {
		return lake{}, err
	}
	var manifest sample.Manifest
	if err := json.Unmarshal(text, &manifest); err != nil {
		return lake{}, fmt.Errorf("%s: %w", file, err)
	}
	l := lake{dir: dir, scale: scale, expected: manifest.Expected[sample.Base]}
	for _, t := range manifest.Tables {
		l.rows += t.Rows
		l.bytes += t.Bytes
		l.landing = append(l.landing, filepath.Join(dir, filepath.FromSlash(t.Path)))
	}
	if size, err := l.size(); err != nil || size != l.bytes {
		return lake{}, errors.Join(err, fmt.Errorf("the landing files in %s have %d bytes instead of %d; delete %s to write them again", dir, size, l.bytes, file))
	}
	return l, nil
}

// files returns the landing files.
func (l lake) files() ([]string, error) {
	var all []string
	for _, folder := range l.landing {
		files, err := filepath.Glob(filepath.Join(folder, "*.json"))
		if err != nil {
			return nil, err
		}
		all = append(all, files...)
	}
	return all, nil
}

// size returns the size of the landing files.
func (l lake) size() (int64, error) {
	files, err := l.files()
	var total int64
	for _, name := range files {
		info, e := os.Stat(name)
		if e != nil {
			return 0, e
		}
		total += info.Size()
	}
	return total, err
}

func writeLake(ctx context.Context, dir, file string, scale int, seed uint64) ([]byte, error) {
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	manifest, err := sample.Write(ctx, dir, sample.Options{Scale: scale, Seed: seed})
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(manifest)
	if err != nil {
		return nil, err
	}
	return text, os.WriteFile(file, text, 0o600)
}

// refresh removes the outputs of previous runs.
func (l lake) refresh(tables []derived, out string) error {
	errs := []error{os.RemoveAll(out), os.RemoveAll(filepath.Join(l.dir, ".stedi"))}
	for _, t := range tables {
		errs = append(errs, os.RemoveAll(filepath.Join(l.dir, filepath.FromSlash(t.path))))
	}
	return errors.Join(append(errs, os.Mkdir(out, 0o755))...)
}

// verify compares the row counts of a run with the expected ones.
func (l lake) verify(r rival, tables []derived, out string) error {
	var errs []error
	for _, t := range tables {
		rows, err := countRows(r.place(t, l.dir, out))
		switch want := l.expected[t.name]; {
		case err != nil:
			errs = append(errs, fmt.Errorf("%s: %w", t.name, err))
		case rows != want:
			errs = append(errs, fmt.Errorf("%s: %d rows instead of %d", t.name, rows, want))
		}
	}
	return errors.Join(errs...)
}

// countRows counts the lines of a file, or of the files in a folder. It skips
// names that begin with "_" or ".".
func countRows(name string) (int64, error) {
	info, err := os.Stat(name)
	if err != nil {
		return 0, err
	}
	if !info.IsDir() {
		return countLines(name)
	}
	entries, err := os.ReadDir(name)
	var total int64
	for _, e := range entries {
		if strings.ContainsAny(e.Name()[:1], "_.") {
			continue
		}
		lines, err := countLines(filepath.Join(name, e.Name()))
		if err != nil {
			return 0, err
		}
		total += lines
	}
	return total, err
}

// countLines counts the lines that are not blank; the last line may lack a line
// feed.
func countLines(name string) (_ int64, err error) {
	file, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	lines := bufio.NewScanner(file)
	lines.Buffer(make([]byte, 256<<10), 1<<20)
	var total int64
	for lines.Scan() {
		if len(lines.Bytes()) > 0 {
			total++
		}
	}
	return total, lines.Err()
}
