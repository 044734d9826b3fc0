package pipeline

import (
	"context"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"stedi/pipeline/ndjson"
)

// Hash identifies the content of a table.
type Hash = ndjson.Hash

// fetchesAtOnce bounds how many files are fetched at the same time. A local
// store answers at once; a store in a bucket waits for the network.
const fetchesAtOnce = 16

// Prepare returns a table as an input of an engine. It fetches the table's
// files unless the engine reads the table in place.
func Prepare(ctx context.Context, inPlace bool, store Store, t *Table, files []File) (Input, error) {
	if inPlace {
		return Input{Table: t}, nil
	}
	return FetchInput(ctx, store, t, files)
}

// Fetch makes files readable here, several at a time. It is the only function
// that fetches the files of a table. It calls the store for each file, also
// after one has failed; the context of the later calls is cancelled then.
func Fetch(ctx context.Context, store Store, files []File) ([]ndjson.File, error) {
	fetched := make([]ndjson.File, len(files))
	group, fetching := errgroup.WithContext(ctx)
	group.SetLimit(fetchesAtOnce)
	for i, f := range files {
		group.Go(func() error {
			path, err := store.Fetch(fetching, f)
			fetched[i] = ndjson.File{Path: path, Name: f.Name, Size: f.Size}
			return err
		})
	}
	return fetched, group.Wait()
}

// FetchInput makes the files of a table readable here.
func FetchInput(ctx context.Context, store Store, t *Table, files []File) (Input, error) {
	fetched, err := Fetch(ctx, store, files)
	return Input{Table: t, Files: fetched}, err
}

// AtHand returns the tables that have files, by name, managed or not: what
// a query can read at this moment.
func AtHand(ctx context.Context, store Store, lake *Lake, allow Allowance) (map[string]Input, error) {
	listed, err := ListTables(ctx, store, lake, allow)
	if err != nil {
		return nil, err
	}
	return FetchTables(ctx, store, lake, listed, slices.Collect(maps.Keys(listed))...)
}

// Listing lists the files of a table: those to read, and those to skip.
type Listing struct{ Files, Skipped []File }

// ListTables returns a listing for each table that has files, by table.
func ListTables(ctx context.Context, store Files, lake *Lake, allow Allowance) (map[string]Listing, error) {
	if err := allow.Verify(ctx, store, lake); err != nil {
		return nil, err
	}
	listed := map[string]Listing{}
	for _, t := range lake.Tables {
		files, err := store.List(ctx, t.Path)
		if err != nil {
			return nil, err
		}
		var l Listing
		if l.Files = files; t.IsLanding() {
			l.Files, l.Skipped = allow.Split(files)
		}
		if err := Emptied(t, l.Files, l.Skipped); err != nil {
			return nil, err
		}
		if len(files) > 0 {
			listed[t.Name] = l
		}
	}
	return listed, nil
}

// FetchTables makes inputs of listed tables. Only the files of the wanted
// tables are fetched, all of them together; the other inputs have no files.
func FetchTables(ctx context.Context, store Store, lake *Lake, listed map[string]Listing, wanted ...string) (map[string]Input, error) {
	inputs := map[string]Input{}
	for name := range listed {
		inputs[name] = Input{Table: lake.Table(name)}
	}
	var tables []*Table
	var files []File
	for _, name := range wanted {
		// The reader of an unknown table reports it.
		if t := lake.Table(name); t != nil {
			tables, files = append(tables, t), append(files, listed[t.Name].Files...)
		}
	}
	fetched, err := Fetch(ctx, store, files)
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		n := len(listed[t.Name].Files)
		inputs[t.Name] = Input{Table: t, Files: fetched[:n:n], Skipped: FileNames(listed[t.Name].Skipped)}
		fetched = fetched[n:]
	}
	return inputs, nil
}
