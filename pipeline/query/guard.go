package query

import (
	"context"
	"sync"
)

// guard lets one goroutine stop what another is doing.
type guard struct {
	mu      sync.Mutex
	stop    context.CancelFunc
	stopped bool // before there was anything to stop
}

// begin makes the context of a piece of work. A stop that came before it holds
// for it, unless the work is the answer to that stop.
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
