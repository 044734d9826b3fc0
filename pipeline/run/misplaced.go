package run

import (
	"context"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/check"
	"stedi/pipeline/ndjson"
)

// misplaced adds to the failure of a file without a key column which other landing
// table has exactly the keys of the file as columns, if one has. What
// cannot be read gives no hint.
func (r *run) misplaced(ctx context.Context, t *pipeline.Table, file string, failure *pipeline.Failure) error {
	files := slices.DeleteFunc(slices.Clone(r.Landing[t.Name].Files), func(f pipeline.File) bool { return f.Name != file })
	if len(files) == 0 || files[0].Size > check.HoldLimit {
		return failure
	}
	fetched, err := pipeline.Fetch(ctx, r.store, files)
	if err != nil {
		return failure
	}
	keys, err := ndjson.Infer(ctx, fetched, ndjson.Limits{})
	if err != nil {
		return failure
	}
	for _, other := range r.lake.Tables {
		if other.IsLanding() && other != t && hasColumns(other, keys) {
			failure.Fix = "Its keys are the columns of " + other.Name + ". Move it to " + other.Path + "."
		}
	}
	return failure
}

// hasColumns reports whether keys are exactly the columns of a table in its files.
func hasColumns(t *pipeline.Table, keys []ndjson.FoundColumn) bool {
	n := 0
	for _, c := range t.Columns {
		if c.Partition {
			continue
		}
		if n++; !slices.ContainsFunc(keys, func(k ndjson.FoundColumn) bool { return strings.EqualFold(k.Name, c.Name) }) {
			return false
		}
	}
	return n == len(keys)
}
