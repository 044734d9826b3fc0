package athena

import (
	"context"
	"sync"

	"stedi/pipeline"
)

// Ledger adds up what the queries of a process have used. It is safe for
// concurrent use.
type Ledger struct {
	mu        sync.Mutex
	total     pipeline.Total
	expected  pipeline.Estimate
	uncertain bool // some query had no estimate
}

// add adds a query that has ended. Without an estimate of it, the total has none
// either.
func (l *Ledger) add(done *Execution, expected *pipeline.Estimate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total.Queries++
	l.total.ScannedBytes += done.Scanned
	l.total.CostUSD += done.Cost
	if expected == nil {
		l.uncertain = true
		return
	}
	l.expected.Add(expected)
}

// Total is what the queries have used, and what they were expected to use.
func (l *Ledger) Total() *pipeline.Total {
	l.mu.Lock()
	defer l.mu.Unlock()
	total := l.total
	if expected := l.expected; !l.uncertain && total.Queries > 0 {
		total.Estimate = &expected
	}
	return &total
}

// expected estimates what a query will use; nil if that is not known.
func (c *Client) expected(ctx context.Context, sql string) *pipeline.Estimate {
	if c.options.Estimate == nil {
		return nil
	}
	bytes, err := c.options.Estimate(ctx, sql)
	if err != nil {
		return nil // it is not known
	}
	return &pipeline.Estimate{Queries: 1, ScanBytes: bytes, CostUSD: c.options.Price.Cost(bytes)}
}
