package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"stedi/pipeline"
)

// Runs returns the ids of all runs recorded in a lake, the newest first.
func Runs(ctx context.Context, store pipeline.Store) ([]string, error) {
	files, err := store.List(ctx, runsFolder)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, f := range slices.Backward(files) {
		rest := strings.TrimPrefix(f.Name, runsFolder+"/")
		if id, ok := strings.CutSuffix(rest, "/run.json"); ok {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// NewestRuns returns the ids of the newest runs, at most ViewRuns, the newest
// first. It normally avoids listing all runs, of which there may be thousands.
func NewestRuns(ctx context.Context, store pipeline.Store) ([]string, error) {
	var h History
	if _, err := ReadCache(ctx, store, HistoryName, &h); err != nil {
		return nil, err
	}
	if len(h.Runs) > 0 {
		return h.Runs, nil
	}
	ids, err := Runs(ctx, store)
	return ids[:min(len(ids), ViewRuns)], err
}

// Records reads the records of all runs, the newest first. Of a damaged one only
// the id, the start and the damage are known. A run that was killed is
// "interrupted".
func Records(ctx context.Context, store pipeline.Store) ([]*pipeline.Record, error) {
	ids, err := Runs(ctx, store)
	if err != nil {
		return nil, err
	}
	records := []*pipeline.Record{}
	for _, id := range ids {
		record, err := ReadRecord(ctx, store, id)
		if f, failed := errors.AsType[*pipeline.Failure](err); failed && errors.Is(err, errDamaged) {
			record, err = damaged(id, f), nil
		}
		if err != nil {
			return nil, err
		}
		records = append(records, record)
	}
	return records, findInterrupted(ctx, store, records...)
}

// findInterrupted marks the runs that have ended without writing their record.
func findInterrupted(ctx context.Context, store pipeline.Store, records ...*pipeline.Record) error {
	for _, r := range records {
		if r.Status != "running" {
			continue
		}
		holder, err := store.Holder(ctx)
		if err != nil {
			return err
		}
		if holder != nil && !holder.Since.After(r.Started) {
			continue
		}
		var last pipeline.Record // the run may have ended after its record was read
		found, err := ReadCache(ctx, store, RunFolder(r.Run)+"/run.json", &last)
		if err != nil {
			return err
		}
		if found && last.Status != "running" {
			*r = last
		} else {
			r.Status, r.ExitCode = "interrupted", int(pipeline.BadEngine)
			r.Error = "the program was killed before the run ended"
			r.Remedy = "Run again; unfinished work is cleaned up first."
		}
	}
	return nil
}

// damaged returns what is known about a run whose record is damaged.
func damaged(id string, f *pipeline.Failure) *pipeline.Record {
	started, _ := time.Parse(runIDLayout, id) // if it is not the id of a run, the start is unknown
	return &pipeline.Record{
		Schema: pipeline.RecordSchema, Run: id, Status: "damaged", ExitCode: int(f.Kind), Error: f.Error(), Remedy: f.Fix, Started: started,
		Profile: []string{}, Tables: []pipeline.TableRecord{}, Steps: []pipeline.StepRecord{}, Checks: []pipeline.CheckRecord{},
	}
}

// RecordsBefore reads the records of runs from before one, the newest first, and
// at most that many; damaged ones are left out. None are left if there are no
// others.
func RecordsBefore(ctx context.Context, store pipeline.Store, run string, most int) ([]*pipeline.Record, error) {
	ids, err := Runs(ctx, store)
	if err != nil {
		return nil, err
	}
	return ReadableRecords(ctx, store, slices.DeleteFunc(ids, func(id string) bool { return id >= run }), most)
}

// ReadableRecords reads the records of runs, at most that many, and passes over
// damaged ones. Runs that were killed are marked as interrupted.
func ReadableRecords(ctx context.Context, store pipeline.Store, ids []string, most int) ([]*pipeline.Record, error) {
	var records []*pipeline.Record
	for _, id := range ids {
		if len(records) == most {
			break
		}
		record := &pipeline.Record{}
		found, err := ReadCache(ctx, store, RunFolder(id)+"/run.json", record)
		if err != nil {
			return nil, err
		}
		if found {
			records = append(records, record)
		}
	}
	return records, findInterrupted(ctx, store, records...)
}

// FindRun returns the record of a run: by its id, by an unambiguous prefix of
// it, or the newest for "last" and the nth before it for "last~n".
func FindRun(ctx context.Context, store pipeline.Store, id string) (*pipeline.Record, error) {
	ids, err := Runs(ctx, store)
	if err != nil {
		return nil, err
	}
	var found []string
	back, counted := stepsBack(id)
	for i, known := range ids {
		if counted && i == back || !counted && strings.HasPrefix(known, id) {
			found = append(found, known)
		}
	}
	switch len(found) {
	case 1:
		record, err := ReadRecord(ctx, store, found[0])
		if err != nil {
			return nil, err
		}
		return record, findInterrupted(ctx, store, record)
	case 0:
		return nil, pipeline.Fail(pipeline.BadUsage, "", "`stedi runs` lists them.", "unknown run %q", id)
	default:
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Give more of the id.", "%d runs begin with %q", len(found), id)
	}
}

// stepsBack parses "last" as 0 and "last~n" as n.
func stepsBack(id string) (n int, ok bool) {
	if id == "last" {
		return 0, true
	}
	count, ok := strings.CutPrefix(id, "last~")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(count)
	return n, err == nil && n >= 0
}

// ReadRecord reads the record of the run with that id. It ignores fields that a
// newer version has added.
func ReadRecord(ctx context.Context, store pipeline.Store, id string) (_ *pipeline.Record, err error) {
	r, err := store.Open(ctx, RunFolder(id)+"/run.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, pipeline.Fail(pipeline.BadUsage, "", "`stedi runs` lists them.", "unknown run %q", id)
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", id, err)
	}
	record := &pipeline.Record{}
	if err := json.Unmarshal(text, record); err != nil {
		return nil, pipeline.Fail(pipeline.BadEngine, "", "Delete the folder "+RunFolder(id)+"; only what is known about that run is lost.",
			"run %s: its record %w: %w", id, errDamaged, err)
	}
	return record, nil
}

// PastSeconds returns how long an engine took to build a table in past runs, in
// the order of the records.
func PastSeconds(runs []*pipeline.Record, engine, table string) []float64 {
	var seconds []float64
	for _, r := range runs {
		if s := r.Step(table); s != nil && s.State == pipeline.Published && r.Engine == engine {
			seconds = append(seconds, s.Seconds)
		}
	}
	return seconds
}

// PastDPUSeconds returns the DPU-seconds that Glue charged to build a table in
// past runs, in the order of the records.
func PastDPUSeconds(runs []*pipeline.Record, table string) []float64 {
	var units []float64
	for _, r := range runs {
		if s := r.Step(table); s != nil && s.State == pipeline.Published && s.DPUSeconds > 0 {
			units = append(units, s.DPUSeconds)
		}
	}
	return units
}

// Median returns the median of values; ok is false if there are no values.
func Median(values []float64) (float64, bool) {
	if len(values) == 0 {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle], true
	}
	return sorted[middle-1]/2 + sorted[middle]/2, true
}

// ViewRuns is how many runs a View contains.
const ViewRuns = 20
