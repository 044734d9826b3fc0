package pipeline

import (
	"context"
	"errors"
	"fmt"

	"stedi/pipeline/ndjson"
)

// AsDataFailure converts an engine's error to a failure of kind BadData if the
// cause is the data that the engine read or produced.
func AsDataFailure(ctx context.Context, job Job, err error) error {
	if long, ok := errors.AsType[*ndjson.LongRowError](err); ok {
		where := ""
		if line, ok := longestLine(ctx, job); ok {
			where = fmt.Sprintf("; the longest line that was read is %s:%d, with %d bytes", line.File, line.Line, line.Bytes)
		}
		return Fail(BadData, job.Table.Name, fmt.Sprintf("Shorten the value of %s in the input or in the transform, or remove the column.", long.Column),
			"%w%s", long, where)
	}
	if ndjson.IsUnwritable(err) {
		return Fail(BadData, job.Table.Name, "Make the value NULL in the transform, or leave its row out.", "%w", err)
	}
	if many, ok := errors.AsType[*ndjson.TooManyRejectsError](err); ok {
		for _, input := range job.Inputs {
			for _, f := range input.Files {
				if f.Name == many.File {
					return Fail(BadData, input.Table.Name, many.Repair(), "%w", many)
				}
			}
		}
	}
	return err
}

// longestLine returns the longest line of a job's inputs, to explain a row that
// is too long. It ignores an input that cannot be read, because the job fails
// with the row in any case.
func longestLine(ctx context.Context, job Job) (longest ndjson.LongestLine, ok bool) {
	for _, input := range job.Inputs {
		line, err := ndjson.Longest(ctx, input.Files, ndjson.Limits{})
		if err == nil && line.Bytes > longest.Bytes {
			longest, ok = line, true
		}
	}
	return longest, ok
}
