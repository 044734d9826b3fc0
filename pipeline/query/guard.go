package query

import (
	"context"
	"sync"
)

// guard lets one goroutine cancel the work of another.
type guard struct {
	mu      sync.Mutex
	stop    context.CancelFunc
	stopped bool // stopped before any work began
}

// begin returns the context for a piece of work. An earlier stop cancels it,
// unless the work is the answer to that stop.
func (g *guard) begin(ctx context.Context, isStop bool) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	g.mu.Lock()
	defer g.mu.Unlock()
	if isStop {
		g.stopped = false
	} else {
		g.stop = cancel
		if g.stopped {
			cancel()
		}
	}
	return ctx, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.stop = nil
		cancel()
	}
}

func (g *guard) cancel() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stopped = true
	if g.stop != nil {
		g.stop()
	}
}
