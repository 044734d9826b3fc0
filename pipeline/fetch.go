package pipeline

import (
	"context"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"stedi/pipeline/ndjson"
)

// Hash stands for the content of a table.
type Hash = ndjson.Hash

// fetchesAtOnce bounds how many files are asked for at a time. A local store
// answers at once; one in a bucket waits for the network.
const fetchesAtOnce = 16

// Prepare makes a table ready for an engine: its files are fetched unless the
// engine reads the table in place.
func Prepare(ctx context.Context, inPlace bool, store Store, t *Table, files []File) (Input, error) {
	if inPlace {
		return Input{Table: t}, nil
	}
	return FetchInput(ctx, store, t, files)
}

// FetchInput makes the files of a table readable here, several at a time.
func FetchInput(ctx context.Context, store Store, t *Table, files []File) (Input, error) {
	input := Input{Table: t, Files: make([]ndjson.File, len(files))}
	group, fetching := errgroup.WithContext(ctx)
	group.SetLimit(fetchesAtOnce)
	for i, f := range files {
		group.Go(func() error {
			path, err := store.Fetch(fetching, f)
			input.Files[i] = ndjson.File{Path: path, Name: f.Name, Size: f.Size}
			return err
		})
	}
	return input, group.Wait()
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

// Listing is the files of a table: those that are read, and those that are not.
type Listing struct{ Files, Skipped []File }

// ListTables returns the files of the tables that have any, by table.
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

// FetchTables makes inputs of listed tables. Only the files of those that are
// wanted are fetched; of the others it is said that they are there, no more.
func FetchTables(ctx context.Context, store Store, lake *Lake, listed map[string]Listing, wanted ...string) (map[string]Input, error) {
	inputs := map[string]Input{}
	for name := range listed {
		inputs[name] = Input{Table: lake.Table(name)}
	}
	for _, name := range wanted {
		t := lake.Table(name)
		if t == nil {
			continue // the reader reports that there is none
		}
		input, err := FetchInput(ctx, store, t, listed[t.Name].Files)
		if err != nil {
			return nil, err
		}
		input.Skipped = FileNames(listed[t.Name].Skipped)
		inputs[t.Name] = input
	}
	return inputs, nil
}
