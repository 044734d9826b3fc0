package survey

import (
	"context"
	"errors"
	"os"
	"slices"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// Opened holds the opened files of derived tables, by table. A run may replace
// them at any time, but the reader still reads the opened versions.
type Opened map[string][]ndjson.File

// mostOpened is how many files of a table are opened. A published derived table
// has one file.
const mostOpened = 64

// Input returns a table with its opened files.
func (o Opened) Input(t *pipeline.Table) (pipeline.Input, bool) {
	files, ok := o[t.Name]
	return pipeline.Input{Table: t, Files: files}, ok
}

// Close closes the files of all tables.
func (o Opened) Close() {
	for _, files := range o {
		for _, f := range files {
			_ = f.Handle.Close() // it was only read
		}
	}
}

// open opens the files of derived tables. It makes sure that they and the other
// listed files are from the same moment: after the last file was opened, all
// are still as listed. Otherwise it returns pipeline.ErrMoved.
func open(ctx context.Context, store pipeline.Store, lake *pipeline.Lake, listed map[string][]pipeline.File) (_ Opened, err error) {
	o := Opened{}
	defer func() {
		if err != nil {
			o.Close()
		}
	}()
	for _, t := range lake.Tables {
		if files := listed[t.Name]; t.IsLanding() || len(files) == 0 || len(files) > mostOpened {
			continue
		}
		input, err := pipeline.FetchInput(ctx, store, t, listed[t.Name])
		if err != nil {
			return nil, err
		}
		o[t.Name] = nil
		for _, f := range input.Files {
			if f.Handle, err = os.Open(f.Path); err != nil {
				return nil, err
			}
			o[t.Name] = append(o[t.Name], f)
		}
	}
	return o, still(ctx, store, lake, listed)
}

// still returns pipeline.ErrMoved if a derived table has changed since it was listed.
func still(ctx context.Context, store pipeline.Files, lake *pipeline.Lake, listed map[string][]pipeline.File) error {
	for _, t := range lake.Tables {
		if t.IsLanding() {
			continue
		}
		files, err := store.List(ctx, t.Path)
		if err != nil {
			return err
		}
		if !slices.EqualFunc(files, listed[t.Name], pipeline.File.Same) {
			return pipeline.ErrMoved
		}
	}
	return nil
}

// Steady surveys a lake that a run may change meanwhile: the result is
// consistent for one moment. With read it also opens the derived tables of that
// moment, and the caller closes them.
func Steady(ctx context.Context, r *pipeline.Runner, allow *pipeline.Allowance, read bool) (found *Survey, tables Opened, err error) {
	store, lake := r.Store, r.Lake
	var blocking []pipeline.File
	err = pipeline.Again(ctx, func() error {
		var err error
		if found, err = Take(ctx, r, allow); err != nil {
			return err
		}
		// A file may be newer than the manifest that was read before it. A file
		// was modified outside stedi only if the next survey finds it so too.
		before := blocking
		if blocking = found.blockingFiles(lake); !slices.EqualFunc(before, blocking, pipeline.File.Same) {
			return pipeline.ErrMoved
		}
		if !read {
			return still(ctx, store, lake, found.files)
		}
		tables, err = open(ctx, store, lake, found.files)
		return err
	})
	if errors.Is(err, pipeline.ErrMoved) {
		err = pipeline.Fail(pipeline.BadEngine, "", "Try again when the run has ended.", "the lake changes faster than it can be read: %w", err)
	}
	return found, tables, err
}

// blockingFiles returns the unmanaged and modified files.
func (s *Survey) blockingFiles(lake *pipeline.Lake) (files []pipeline.File) {
	for _, t := range lake.Tables {
		for _, f := range s.files[t.Name] {
			if slices.Contains(s.Blocking, f.Name) {
				files = append(files, f)
			}
		}
	}
	return files
}
