package run

import (
	"context"
	"slices"

	"stedi/pipeline"
	"stedi/pipeline/state"
)

// Retry finds the newest run in which a step failed, was skipped or was
// cancelled. It returns the run's id and the tables to select so that a new run
// continues there: the tables of those steps, without those built since, and
// all tables downstream of them. If a run ended before its first step, all of
// its selected tables count as failed. No tables are returned if nothing is
// left to do.
func Retry(ctx context.Context, l *pipeline.Lake, store pipeline.Store) (run string, names []string, err error) {
	ids, err := state.Runs(ctx, store)
	if err != nil {
		return "", nil, err
	}
	var since []string // tables that a newer run has built
	for _, id := range ids {
		record, err := state.ReadRecord(ctx, store, id)
		if err != nil {
			return "", nil, err
		}
		left := undone(l, record)
		if len(left) == 0 {
			for _, s := range record.Steps {
				since = append(since, s.Table)
			}
			continue
		}
		for _, table := range left {
			if !slices.Contains(since, table) {
				names = append(names, table+"+")
			}
		}
		return id, names, nil
	}
	return "", nil, nil
}

// undone lists the tables that a run should have built but did not.
func undone(l *pipeline.Lake, record *pipeline.Record) []string {
	var left []string
	for _, s := range record.Steps {
		if s.State != pipeline.Published && s.State != pipeline.UpToDate && l.Table(s.Table) != nil {
			left = append(left, l.Table(s.Table).Name)
		}
	}
	if len(record.Steps) > 0 || record.Status == "ok" {
		return left
	}
	selected, err := l.Select(record.Selected)
	if err != nil {
		// The definition has changed since, so all of its current tables are
		// meant.
		selected, _ = l.Select(nil)
	}
	for _, t := range selected {
		left = append(left, t.Name)
	}
	return left
}
