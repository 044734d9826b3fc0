package pipeline

import (
	"context"
	"errors"
	"os"
	"slices"

	"stedi/pipeline/ndjson"
)

// opened are the files of derived tables, by table, that a reader has opened: a
// run may replace them at any time, and the reader still reads what it opened.
type opened map[string][]ndjson.File

// mostOpened is how many files of a table are opened: a derived table that was
// published has one.
const mostOpened = 64

// input is a table as it was opened.
func (o opened) input(t *Table) (Input, bool) {
	files, ok := o[t.Name]
	return Input{Table: t, Files: files}, ok
}

func (o opened) close() {
	for _, files := range o {
		for _, f := range files {
			_ = f.Handle.Close() // it was only read
		}
	}
}

// open opens the files of derived tables, and makes sure that all of them, and
// those that are listed besides, are of one moment: after the last was opened,
// each still is what was listed. Otherwise it returns errMoved.
func open(ctx context.Context, store Store, lake *Lake, listed map[string][]File) (_ opened, err error) {
	o := opened{}
	defer func() {
		if err != nil {
			o.close()
		}
	}()
	for _, t := range lake.Tables {
		if files := listed[t.Name]; t.IsLanding() || len(files) == 0 || len(files) > mostOpened {
			continue
		}
		input, err := fetchInput(ctx, store, t, listed[t.Name])
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

// still returns errMoved if a derived table is not what was listed any more.
func still(ctx context.Context, store Files, lake *Lake, listed map[string][]File) error {
	for _, t := range lake.Tables {
		if t.IsLanding() {
			continue
		}
		files, err := store.List(ctx, t.Path)
		if err != nil {
			return err
		}
		if !slices.EqualFunc(files, listed[t.Name], File.Same) {
			return errMoved
		}
	}
	return nil
}

// surveySteady surveys a lake that a run may change meanwhile: what it finds was
// so at one moment. With read it also opens the derived tables of that moment,
// and the caller closes them.
func (r *Runner) surveySteady(ctx context.Context, allow *Allowance, read bool) (found *survey, tables opened, err error) {
	store, lake := r.Store, r.Lake
	var strange []File
	err = Again(ctx, func() error {
		var err error
		if found, err = r.survey(ctx, allow); err != nil {
			return err
		}
		// A file may be newer than the manifest that was read before it. Only
		// one that is still modified at the next look was changed by others.
		before := strange
		if strange = found.strangers(lake); !slices.EqualFunc(before, strange, File.Same) {
			return errMoved
		}
		if !read {
			return still(ctx, store, lake, found.files)
		}
		tables, err = open(ctx, store, lake, found.files)
		return err
	})
	if errors.Is(err, errMoved) {
		err = Fail(BadEngine, "", "Try again when the run has ended.", "the lake changes faster than it can be read: %w", err)
	}
	return found, tables, err
}

// strangers are the files that were modified outside stedi.
func (s *survey) strangers(lake *Lake) (files []File) {
	for _, t := range lake.Tables {
		for _, f := range s.files[t.Name] {
			if slices.Contains(s.strange, f.Name) {
				files = append(files, f)
			}
		}
	}
	return files
}
