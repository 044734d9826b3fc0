package query

import "time"

// budget is how long a query may work, and how much of that is left.
type budget struct{ whole, left time.Duration }

func newBudget(d time.Duration) budget { return budget{d, d} }

// clock takes time off a budget. It counts the time in which this process ran:
// one that was stopped, with the terminal or the whole machine, has not waited.
type clock struct {
	budget *budget
	tick   *time.Ticker
	last   time.Time
}

const (
	tickInterval = 50 * time.Millisecond
	// longTick is how late a tick may come on a busy machine.
	longTick = time.Second
)

func (b *budget) start() *clock {
	return &clock{b, time.NewTicker(min(tickInterval, max(b.left, time.Millisecond))), time.Now()}
}

// spent takes off what has passed since the last time.
func (c *clock) spent() {
	now := time.Now()
	c.budget.left -= min(now.Sub(c.last), longTick)
	c.last = now
}

func (c *clock) stop() {
	c.spent()
	c.tick.Stop()
}
