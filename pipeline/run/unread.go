package run

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// cannotRead returns the reason why a landing table cannot be read: the given
// error, or that the files have changed since they were listed. It remembers the
// table, so that no later step reads it and reports the same reason again.
func (r *run) cannotRead(ctx context.Context, t *pipeline.Table, err error) error {
	if ctx.Err() != nil {
		return err
	}
	r.unreadable[t.Name] = true
	if changed := r.landingChanged(ctx, t); changed != nil {
		return changed
	}
	return pipeline.Named(t.Name, err)
}

// cannotReadInput is cannotRead for a job that failed because it could not read a
// landing table. It returns any other error as it is.
func (r *run) cannotReadInput(ctx context.Context, job pipeline.Job, err error) error {
	for _, input := range job.Inputs {
		if input.Table.IsLanding() && slices.ContainsFunc(slices.Concat(input.Files, input.Added), func(f ndjson.File) bool { return isAbout(f, err) }) {
			return r.cannotRead(ctx, input.Table, err)
		}
	}
	return err
}

// hold makes the engine hold a landing table.
func (r *run) hold(ctx context.Context, input pipeline.Input) error {
	if _, err := r.engine.Hold(ctx, input); err != nil {
		return pipeline.Named(input.Table.Name, r.cannotReadInput(ctx, pipeline.Job{Inputs: []pipeline.Input{input}}, err))
	}
	return nil
}

// cannotCheck returns the reason why the checks failed: the given error, or that
// the files of a landing table have changed since they were listed.
func (r *run) cannotCheck(ctx context.Context, err error) error {
	if !pipeline.Moved(err) || ctx.Err() != nil {
		return err
	}
	for _, t := range r.lake.Tables {
		if t.IsLanding() {
			if changed := r.landingChanged(ctx, t); changed != nil {
				return changed
			}
		}
	}
	return err
}

// isAbout reports whether an error is about reading a file.
func isAbout(f ndjson.File, err error) bool {
	if path, ok := errors.AsType[*fs.PathError](err); ok && path.Path == f.Path {
		return true
	}
	if changed, ok := errors.AsType[*ndjson.ChangedError](err); ok && changed.Name == f.Name {
		return true
	}
	many, ok := errors.AsType[*ndjson.TooManyRejectsError](err)
	return ok && many.File == f.Name
}

// landingChanged returns an error if the files of a landing table are not those
// that the run has found.
func (r *run) landingChanged(ctx context.Context, t *pipeline.Table) error {
	listed, err := r.store.List(ctx, t.Path)
	if err != nil {
		return err
	}
	if now, _ := r.options.Allow.Split(listed); !slices.EqualFunc(r.Landing[t.Name].Files, now, pipeline.File.Same) {
		return pipeline.Fail(pipeline.BadEngine, t.Name, "Run again when no other program writes there.", "the files in %s changed while they were read", t.Path)
	}
	return nil
}

// unreadableInput returns a landing table that a table needs and that cannot be
// read, or "".
func (r *run) unreadableInput(t *pipeline.Table) string {
	for _, name := range t.Transform.Inputs {
		if r.unreadable[name] {
			return name
		}
	}
	return ""
}
