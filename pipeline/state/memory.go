package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// ManifestName returns the name of a derived table's manifest.
func ManifestName(table string) string { return pipeline.StateFolder + "/tables/" + table + ".json" }

// LandingName returns the name of a landing table's manifest.
func LandingName(table string) string {
	return pipeline.StateFolder + "/cache/landing/" + table + ".json"
}

// IntentName returns the name of the intent to publish a table, which is
// written before anything changes.
func IntentName(table string) string { return pipeline.StateFolder + "/intent/" + table + ".json" }

// RunFolder returns the folder of the record, events and rejects of a run.
func RunFolder(run string) string { return runsFolder + "/" + run }

func previousFolder(run string) string { return pipeline.StateFolder + "/previous/" + run }

// ReplacedFolder returns the folder of the files that were moved aside when a
// run first built a table.
func ReplacedFolder(run string) string { return pipeline.StateFolder + "/replaced/" + run }

// ReplacedName returns the name that a file in the folder of a run had before it
// was moved aside, or "".
func ReplacedName(name string) string {
	rest, ok := strings.CutPrefix(name, ReplacedFolder(""))
	if !ok {
		return ""
	}
	_, name, _ = strings.Cut(rest, "/")
	return name
}

// ManifestSchema is the version of the manifest file.
const ManifestSchema = "stedi.table/1"

// errDamaged means that a file of stedi has another form than stedi writes.
var errDamaged = errors.New("is damaged")

// ReadJSON reads a small file of stedi into v and reports whether it exists.
func ReadJSON(ctx context.Context, files pipeline.Files, name string, v any) (found bool, err error) {
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
		return false, pipeline.Fail(pipeline.BadEngine, "", "Delete the file; it will be rebuilt.", "%s %w: %w", name, errDamaged, err)
	}
	return true, nil
}

// WriteJSON writes v as a small file of the lake.
func WriteJSON(ctx context.Context, files pipeline.Files, name string, v any) error {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return files.Put(ctx, name, append(text, '\n'))
}

// ReadManifest reads a manifest; it returns nil if there is none.
func ReadManifest(ctx context.Context, files pipeline.Files, name string) (*pipeline.Manifest, error) {
	var m pipeline.Manifest
	found, err := ReadJSON(ctx, files, name, &m)
	if f, failed := errors.AsType[*pipeline.Failure](err); failed && errors.Is(err, errDamaged) {
		f.Fix = "Delete the file. --replace then moves the table's files to .stedi/replaced, and the table is rebuilt."
	}
	if err != nil || !found {
		return nil, err
	}
	return &m, nil
}

// ReadCache reads a file of stedi that can be recomputed. A damaged file counts
// as missing.
func ReadCache(ctx context.Context, files pipeline.Files, name string, v any) (found bool, err error) {
	found, err = ReadJSON(ctx, files, name, v)
	if _, damaged := errors.AsType[*pipeline.Failure](err); damaged {
		return false, nil
	}
	return found, err
}

// hold tells whether listed files have the content of these hashes. Files that
// are not read for this have it, as far as name and size tell.
func hold(ctx context.Context, store pipeline.Store, files []pipeline.File, want []pipeline.Hash) (bool, error) {
	fetched, err := pipeline.Fetch(ctx, store, files)
	if errors.Is(err, ErrUnread) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	for i, f := range fetched {
		if hash, err := ndjson.HashFile(ctx, f.Path); err != nil || hash != want[i] {
			return false, err
		}
	}
	return true, nil
}

// holds tells whether a listed file has the content of a hash.
func holds(ctx context.Context, store pipeline.Store, f pipeline.File, want pipeline.Hash) (bool, error) {
	return hold(ctx, store, []pipeline.File{f}, []pipeline.Hash{want})
}

// contentHash returns a hash of the names and content of several files.
func contentHash(files []pipeline.ManifestFile) ndjson.Hash {
	h := ndjson.NewHasher()
	for _, f := range files {
		// A hasher never fails.
		_, _ = io.WriteString(h, f.Name+"\x00")
		_, _ = h.Write(f.Hash[:])
	}
	return h.Sum()
}

// ErrUnread is the error of Fetch for a file that must not be read.
var ErrUnread = errors.New("the file was not read")
