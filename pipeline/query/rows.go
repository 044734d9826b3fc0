package query

import (
	"context"
	"fmt"
	"io"
	"slices"

	"stedi/pipeline"
)

// Rows are the rows of a query; see pipeline.Rows for the contract.
type Rows struct {
	querier *Querier
	child   *child
	sql     string
	columns []pipeline.ResultColumn
	budget  budget
	unwatch func()
	skipped []pipeline.LeftOut // files of its tables that the query does not read
	left    []pipeline.LeftOut
	isPlan  bool
	plan    [][]any // the rows of EXPLAIN, until Next returns them
	err     error   // the error of all later calls of Next
}

const (
	pageRows  = 1000
	pageBytes = 1 << 20
)

// Columns returns the columns of every row.
func (r *Rows) Columns() []pipeline.ResultColumn { return r.columns }

// Next returns the next page: a thousand rows, or fewer if they are long.
func (r *Rows) Next(ctx context.Context) (page [][]any, err error) {
	err = r.querier.withTurn(ctx, true, func(ctx context.Context) error {
		if r.err != nil {
			return r.err
		}
		if r.isPlan {
			page, err = r.planned()
		} else {
			page, err = r.next(ctx)
		}
		if err != nil {
			r.end(ctx)
			r.err = err
		}
		return err
	})
	return page, err
}

func (r *Rows) next(ctx context.Context) ([][]any, error) {
	answer, err := r.child.ask(ctx, kindNext, nextMessage{pageRows, pageBytes}, &r.budget)
	if err != nil {
		return nil, r.querier.explain(err, r.sql)
	}
	switch answer.Kind {
	case kindEnd:
		var end endMessage
		if err := answer.Decode(kindEnd, &end); err != nil {
			return nil, r.child.protocolError(err)
		}
		r.left = merged(r.skipped, end.LeftOut)
		return nil, io.EOF
	case kindPage:
		page, err := decodePage(answer.Payload, len(r.columns))
		if err != nil {
			return nil, r.child.protocolError(err)
		}
		return page, nil
	default:
		return nil, r.child.protocolError(fmt.Errorf("%q where rows were due", answer.Kind))
	}
}

// planned returns the rows of a plan.
func (r *Rows) planned() ([][]any, error) {
	page := r.plan
	if r.plan = nil; page == nil {
		return nil, io.EOF
	}
	return page, nil
}

// LeftOut returns, after the last row, what is missing from the tables that
// were read.
func (r *Rows) LeftOut() []pipeline.LeftOut { return r.left }

// merged merges the entries of both lists by table.
func merged(skipped, rejected []pipeline.LeftOut) []pipeline.LeftOut {
	all := slices.Clone(skipped)
	for _, l := range rejected {
		i := slices.IndexFunc(all, func(s pipeline.LeftOut) bool { return s.Table == l.Table })
		if i < 0 {
			all = append(all, l)
			continue
		}
		l.Files = append(slices.Clone(all[i].Files), l.Files...)
		all[i] = l
	}
	return all
}

// Close ends the query if it is still running. It always returns nil.
func (r *Rows) Close() error {
	_ = r.querier.withTurn(context.Background(), false, func(ctx context.Context) error {
		r.end(ctx)
		return nil
	})
	return nil
}

// end stops the query in the child. The caller has the turn.
func (r *Rows) end(ctx context.Context) {
	q := r.querier
	q.mu.Lock()
	if q.current == r {
		q.current = nil
	}
	q.mu.Unlock()
	if r.err != nil {
		return
	}
	r.err = errEnded
	r.unwatch()
	if !r.child.alive() {
		return
	}
	// Stopping takes a moment even if the caller's context has ended.
	b := newBudget(grace)
	if _, err := r.child.ask(context.WithoutCancel(ctx), kindStop, struct{}{}, &b); err != nil {
		r.child.end(err)
		return
	}
	q.relieve(r.child)
}
