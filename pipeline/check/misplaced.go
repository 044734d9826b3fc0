package check

import (
	"context"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// LacksKey returns a failure if no line of one of the files of a landing table has
// a key column; else nil. The fix names the landing table whose columns are
// exactly the keys of that file, if there is one.
func LacksKey(ctx context.Context, lake *pipeline.Lake, store pipeline.Store, t *pipeline.Table, files []pipeline.File, report ndjson.Report) *pipeline.Failure {
	if len(report.MissingKeys) == 0 {
		return nil
	}
	missing, more := report.MissingKeys[0], int64(-1)
	for _, m := range report.MissingKeys {
		if m.Column == missing.Column {
			more++
		}
	}
	where := missing.File
	if more > 0 {
		where += " and " + pipeline.Counted(more, "more file")
	}
	fix := "Look for another spelling of the key, or fix the producer."
	if other := misplaced(ctx, lake, store, t, files, missing.File); other != nil {
		fix = "Its keys are the columns of " + other.Name + ". Move it to " + other.Path + "."
	}
	return pipeline.Fail(pipeline.BadData, t.Name, fix, "%s: no line has the key column %s", where, missing.Column)
}

// misplaced returns the other landing table that has exactly the keys of a file as
// columns, or nil. What cannot be read gives no hint.
func misplaced(ctx context.Context, lake *pipeline.Lake, store pipeline.Store, t *pipeline.Table, files []pipeline.File, name string) *pipeline.Table {
	files = slices.DeleteFunc(slices.Clone(files), func(f pipeline.File) bool { return f.Name != name })
	if len(files) == 0 || files[0].Size > HoldLimit {
		return nil
	}
	fetched, err := pipeline.Fetch(ctx, store, files)
	if err != nil {
		return nil
	}
	keys, err := ndjson.Infer(ctx, fetched, ndjson.Limits{})
	if err != nil {
		return nil
	}
	for _, other := range lake.Tables {
		if other.IsLanding() && other != t && hasColumns(other, keys) {
			return other
		}
	}
	return nil
}

// hasColumns reports whether keys are exactly the columns of a table in its files.
func hasColumns(t *pipeline.Table, keys []ndjson.FoundColumn) bool {
	return len(keys) == len(storedColumns(t)) && hasAllColumns(t, keys)
}

// hasAllColumns reports whether all columns of a table in its files are among keys.
func hasAllColumns(t *pipeline.Table, keys []ndjson.FoundColumn) bool {
	return !slices.ContainsFunc(storedColumns(t), func(c pipeline.Column) bool {
		return !slices.ContainsFunc(keys, func(k ndjson.FoundColumn) bool { return strings.EqualFold(k.Name, c.Name) })
	})
}

// storedColumns are the columns of a table whose values are in its files.
func storedColumns(t *pipeline.Table) []pipeline.Column {
	return slices.DeleteFunc(slices.Clone(t.Columns), func(c pipeline.Column) bool { return c.Partition })
}
