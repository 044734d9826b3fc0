package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"stedi/pipeline/ndjson"
)

// Everything that a lake remembers lies in this folder below its root.
const stateFolder = ".stedi"

func manifestName(table string) string { return stateFolder + "/tables/" + table + ".json" }
func landingName(table string) string  { return stateFolder + "/cache/landing/" + table + ".json" }
func intentName(table string) string   { return stateFolder + "/intent/" + table + ".json" }
func runFolder(run string) string      { return stateFolder + "/runs/" + run }
func previousFolder(run string) string { return stateFolder + "/previous/" + run }
func replacedFolder(run string) string { return stateFolder + "/replaced/" + run }

// Manifest says what a table held when a run last made or read it.
type Manifest struct {
	Schema string `json:"schema"` // stedi.table/1
	Table  string `json:"table"`
	Run    string `json:"run"`  // the run that made it; landing: that read it
	Rows   int64  `json:"rows"` // rejected lines left out
	Bytes  int64  `json:"bytes"`
	// Hash stands for the content: of the one data file, or of all landing
	// files with their names.
	Hash ndjson.Hash `json:"hash"`
	// Files are the data files as they were.
	Files []ManifestFile `json:"files"`

	// The rest is for tables that a transform makes.
	SQL    string                 `json:"sql,omitempty"`    // the text
	Inputs map[string]ndjson.Hash `json:"inputs,omitempty"` // content of each input
	Funnel []StageRows            `json:"funnel,omitempty"`
	// RolledBack says that this version was put back in place of a newer one.
	RolledBack bool `json:"rolled_back,omitempty"`

	// This is for tables of a lake with a catalog.
	Folder string          `json:"folder,omitempty"` // where this version lies
	Engine string          `json:"engine,omitempty"` // a remote one that builds it
	Token  string          `json:"token,omitempty"`  // of that attempt
	Query  string          `json:"query,omitempty"`  // by which it is under way
	From   map[string]Hash `json:"from,omitempty"`   // versions of its input files

	// And this for landing tables.
	Rejected      int64    `json:"rejected,omitempty"`       // lines
	RejectedBytes int64    `json:"rejected_bytes,omitempty"` // of them
	Uncounted     int64    `json:"uncounted,omitempty"`      // of the lines: those that may hold any number of rows
	Text          int64    `json:"text,omitempty"`           // bytes of all lines, if some were rejected
	Skipped       []string `json:"skipped,omitempty"`        // files that were not read
	Notes         []string `json:"notes,omitempty"`
}

const manifestSchema = "stedi.table/1"

// ManifestFile is a data file and what was in it.
type ManifestFile struct {
	File
	Hash ndjson.Hash `json:"hash"`
	Rows int64       `json:"rows"`
}

// files are the data files as they were.
func (m *Manifest) files() []File {
	files := make([]File, len(m.Files))
	for i, f := range m.Files {
		files[i] = f.File
	}
	return files
}

// readJSON reads a small file of ours into v and tells whether it exists.
func readJSON(ctx context.Context, files Files, name string, v any) (found bool, err error) {
	r, err := files.Open(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	text, err := io.ReadAll(r)
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return false, Fail(BadEngine, "", "Delete the file; it will be rebuilt.", "%s is damaged: %w", name, err)
	}
	return true, nil
}

func writeJSON(ctx context.Context, files Files, name string, v any) error {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return files.Put(ctx, name, append(text, '\n'))
}

// readManifest returns nil when the table has none.
func readManifest(ctx context.Context, files Files, name string) (*Manifest, error) {
	var m Manifest
	found, err := readJSON(ctx, files, name, &m)
	if err != nil || !found {
		return nil, err
	}
	return &m, nil
}

// readCache reads a file of ours that can be found out again. A damaged one is
// as good as none.
func readCache(ctx context.Context, files Files, name string, v any) (found bool, err error) {
	found, err = readJSON(ctx, files, name, v)
	if _, damaged := errors.AsType[*Failure](err); damaged {
		return false, nil
	}
	return found, err
}

// holds tells whether a listed file has the content of that hash.
func holds(ctx context.Context, store Store, f File, want ndjson.Hash) (bool, error) {
	path, err := store.Fetch(ctx, f)
	if errors.Is(err, errUnread) {
		return true, nil // for all that can be told from its name and size
	}
	if err != nil {
		return false, err
	}
	hash, err := ndjson.HashFile(ctx, path)
	return err == nil && hash == want, err
}

// contentHash stands for the content of several files and their names.
func contentHash(files []ManifestFile) ndjson.Hash {
	h := ndjson.NewHasher()
	for _, f := range files {
		// A hasher never fails to write.
		_, _ = io.WriteString(h, f.Name+"\x00")
		_, _ = h.Write(f.Hash[:])
	}
	return h.Sum()
}
