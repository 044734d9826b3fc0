package query

import "time"

// budget is the time limit of a query, and the time that is left.
type budget struct{ whole, left time.Duration }

func newBudget(d time.Duration) budget { return budget{d, d} }

// clock subtracts elapsed time from a budget. It counts only the time in which
// this process runs: time in which it is suspended, alone or with the whole
// machine, does not count.
type clock struct {
	budget *budget
	tick   *time.Ticker
	last   time.Time
}

const (
	tickInterval = 50 * time.Millisecond
	// longTick is the longest delay of a tick on a busy machine.
	longTick = time.Second
)

func (b *budget) start() *clock {
	return &clock{b, time.NewTicker(min(tickInterval, max(b.left, time.Millisecond))), time.Now()}
}

// spent subtracts the time since the last call.
func (c *clock) spent() {
	now := time.Now()
	c.budget.left -= min(now.Sub(c.last), longTick)
	c.last = now
}

func (c *clock) stop() {
	c.spent()
	c.tick.Stop()
}
