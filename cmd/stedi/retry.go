package main

import (
	"context"
	"fmt"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/run"
)

// retried returns the selection that resumes the newest failed run. If nothing
// is left to do, it says so and returns nothing.
func (p *program) retried(ctx context.Context, o *opened, names []string) ([]string, error) {
	if len(names) > 0 {
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Use only one of them.", "--retry and table names (%s) cannot be combined", strings.Join(names, ", "))
	}
	id, left, err := run.Retry(ctx, o.lake, o.store)
	switch {
	case err != nil:
		return nil, err
	case id == "":
		tryWrite(p.stderr, "Nothing to retry: no step of a past run failed.\n")
	case len(left) == 0:
		tryWrite(p.stderr, fmt.Sprintf("Nothing to retry: the tables that failed in run %s have been built since.\n", id))
	default:
		tryWrite(p.stderr, fmt.Sprintf("Resuming run %s: %s\n", id, strings.Join(left, ", ")))
	}
	return left, nil
}
