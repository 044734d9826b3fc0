package run

import (
	"context"
	"errors"
	"slices"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/check"
)

// publishing is a version that is being published while the engine builds the
// next table. Nothing is published before the version before it is.
type publishing struct {
	table    *pipeline.Table
	old      *pipeline.Manifest // of the version that it replaces
	record   *pipeline.StepRecord
	began    time.Time
	recorded error         // what failed beside the publishing
	done     chan struct{} // closed at the end; then the fields below are set
	good     chan struct{} // closed before done if the version is published
	manifest *pipeline.Manifest
	err      error
}

// overlaps reports whether a table may be published while the next one is built.
// The engine must hold the rows, because their file may not be in place yet.
func (r *run) overlaps(rest []PlanStep) bool {
	can := r.engine.Capabilities()
	return can.Keeps && !can.Parts && !r.options.FailFast && slices.ContainsFunc(rest, func(s PlanStep) bool { return s.Run })
}

// publish publishes a version. If another table is built after it, it returns at
// once, with the manifest that the version will have; settle waits for the end.
func (r *run) publish(ctx context.Context, v pipeline.Version, out output, rest []PlanStep) (*pipeline.Manifest, error) {
	if !r.overlaps(rest) {
		return r.publishNow(ctx, v, out)
	}
	p := &publishing{table: v.Table, done: make(chan struct{}), good: make(chan struct{})}
	r.publishing = p
	planned := v.Manifest
	planned.Files = slices.Clone(planned.Files) // the publisher completes those of v
	go func() {
		defer close(p.done)
		p.manifest, p.err = r.publishNow(ctx, v, out)
		if p.err == nil {
			close(p.good)
		}
	}()
	return &planned, nil
}

func (r *run) publishNow(ctx context.Context, v pipeline.Version, out output) (*pipeline.Manifest, error) {
	published, err := r.publisher.Publish(ctx, v)
	if errors.Is(err, pipeline.ErrChanged) {
		return nil, errors.Join(err, out.discard(ctx))
	}
	return published, errors.Join(err, out.published(ctx))
}

// published returns a channel that is closed when the version that is being
// published is current; nil if there is none.
func (r *run) published() <-chan struct{} {
	if r.publishing == nil {
		return nil
	}
	return r.publishing.good
}

// settle waits until the version that is being published is current, and records
// the result of its step. If it could not be published, its table is what it was
// before. The engine must be idle, unless published has been closed.
func (r *run) settle(ctx context.Context) {
	p := r.publishing
	if p == nil {
		return
	}
	<-p.done
	r.publishing = nil
	p.record.Seconds = r.now().Sub(p.began).Seconds()
	err := p.recorded
	if p.err == nil {
		r.Manifests[p.table.Name] = p.manifest
	} else {
		err = r.failed(ctx, p.table, p.record, errors.Join(p.err, r.takeBack(ctx, p)))
	}
	r.ended(ctx, p.table, p.record, err)
	for _, e := range r.untold {
		if rootCause(r.lake.Table(e.Step), r.broken) == "" { // else it is skipped
			r.tell(ctx, e)
		}
	}
	r.untold = nil
}

// tellNext emits an event of a step that is being built. While the step before
// it is published, the event waits: each step ends before the next one begins,
// however long the disk takes.
func (r *run) tellNext(ctx context.Context, e pipeline.Event) {
	if r.publishing == nil {
		r.tell(ctx, e)
	} else {
		r.untold = append(r.untold, e)
	}
}

// takeBack forgets what was noted of a version that could not be published.
func (r *run) takeBack(ctx context.Context, p *publishing) error {
	name := p.table.Name
	r.Manifests[name] = p.old
	for _, c := range check.Asked(r.lake, true) {
		if c.Table == name || slices.Contains(c.Inputs, name) {
			delete(r.found, c.Name)
		}
	}
	r.kept = slices.DeleteFunc(r.kept, func(k string) bool { return k == name })
	p.record.Rows, p.record.Bytes, p.record.Funnel = 0, 0, pipeline.Funnel{}
	return r.engine.Forget(context.WithoutCancel(ctx), name)
}
