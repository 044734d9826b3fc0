package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"stedi/pipeline"
	"stedi/pipeline/export"
	"stedi/pipeline/review"
)

// notebook reads and writes the reviewer's notes. They are in one file, or in a
// file beside each target.
type notebook struct {
	file   string // of --notes; "": beside the targets
	mu     sync.Mutex
	loaded map[string]*review.Notes // by file
}

func newNotebook(file string) (*notebook, error) {
	if file == "" {
		return &notebook{loaded: map[string]*review.Notes{}}, nil
	}
	file, err := filepath.Abs(file)
	return &notebook{file: file, loaded: map[string]*review.Notes{}}, err
}

// place returns the file with the notes on a target, and the target's name in it:
// its path from the folder of the file.
func (n *notebook) place(target string) (file, name string, err error) {
	if target = plainS3(target); isURL(target) {
		if n.file != "" {
			return n.file, target, nil
		}
		file, err = filepath.Abs(review.NotesFile)
		return file, target, err
	}
	if target, err = filepath.Abs(target); err != nil {
		return "", "", err
	}
	if file = n.file; file == "" {
		file = filepath.Join(filepath.Dir(target), review.NotesFile)
	}
	if name, err = filepath.Rel(filepath.Dir(file), target); err != nil {
		return file, filepath.ToSlash(target), nil //nolint:nilerr // on another drive, the whole path is its name
	}
	return file, filepath.ToSlash(name), nil
}

// read reads a file with notes, which may be missing.
func (n *notebook) read(file string) (*review.Notes, error) {
	r, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return &review.Notes{Schema: review.NotesSchema, Targets: map[string]review.TargetNotes{}}, nil
	}
	if err != nil {
		return nil, err
	}
	notes, err := review.ReadNotes(r)
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Correct the file, or move it away.", "notes of the reviewer: %s: %w", file, err)
	}
	if notes.Targets == nil {
		notes.Targets = map[string]review.TargetNotes{}
	}
	return notes, nil
}

// of returns the notes on a target. A file is read once.
func (n *notebook) of(target string) (review.TargetNotes, error) {
	file, name, err := n.place(target)
	if err != nil {
		return review.TargetNotes{}, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	notes := n.loaded[file]
	if notes == nil {
		if notes, err = n.read(file); err != nil {
			return review.TargetNotes{}, err
		}
		n.loaded[file] = notes
	}
	return notes.Targets[name], nil
}

// save writes the notes on a target, and leaves those on others as they are in the
// file now.
func (n *notebook) save(target string, of review.TargetNotes) (string, error) {
	file, name, err := n.place(target)
	if err != nil {
		return "", err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	notes, err := n.read(file)
	if err != nil {
		return file, err
	}
	if notes.Targets[name] = of; of.Empty() {
		delete(notes.Targets, name)
	}
	if err := export.Over(file, notes.Write); err != nil {
		return file, pipeline.Fail(pipeline.BadUsage, "", "Name a file in a folder that you can write to: --notes FILE.", "%w", err)
	}
	n.loaded[file] = notes
	return file, nil
}

// isNotes reports whether a target is a file with notes, which a pattern such as
// submissions/* also names.
func isNotes(target string) bool {
	info, err := os.Stat(target)
	return err == nil && info.Mode().IsRegular() && strings.EqualFold(filepath.Base(target), review.NotesFile)
}

// withoutNotes returns the targets that are not files with notes.
func withoutNotes(targets []string) (kept []string) {
	for _, t := range targets {
		if !isNotes(t) {
			kept = append(kept, t)
		}
	}
	return kept
}
