package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// Runs returns the ids of the runs that a lake remembers, the newest first.
func Runs(ctx context.Context, store Store) ([]string, error) {
	files, err := store.List(ctx, stateFolder+"/runs")
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, f := range slices.Backward(files) {
		rest := strings.TrimPrefix(f.Name, stateFolder+"/runs/")
		if id, ok := strings.CutSuffix(rest, "/run.json"); ok {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// FindRun returns the record of a run: by its id, by the beginning of it if
// that is unambiguous, or the newest for "last".
func FindRun(ctx context.Context, store Store, id string) (*Record, error) {
	ids, err := Runs(ctx, store)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, known := range ids {
		if strings.HasPrefix(known, id) || id == "last" {
			found = append(found, known)
		}
	}
	if id == "last" && len(found) > 0 {
		found = found[:1]
	}
	switch len(found) {
	case 1:
		return ReadRecord(ctx, store, found[0])
	case 0:
		return nil, Fail(BadUsage, "", "`stedi runs` lists them.", "there is no run %q", id)
	default:
		return nil, Fail(BadUsage, "", "Give more of the id.", "%d runs begin with %q", len(found), id)
	}
}

// ReadRecord reads the record of the run with that id. Fields that a newer
// version has added are left out.
func ReadRecord(ctx context.Context, store Store, id string) (_ *Record, err error) {
	r, err := store.Open(ctx, runFolder(id)+"/run.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Fail(BadUsage, "", "`stedi runs` lists them.", "there is no run %q", id)
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", id, err)
	}
	record := &Record{}
	if err := json.Unmarshal(text, record); err != nil {
		return nil, fmt.Errorf("run %s: its record is damaged: %w", id, err)
	}
	return record, nil
}
