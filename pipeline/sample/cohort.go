package sample

import "math/rand/v2"

// Times, in milliseconds. Chains begin within some minutes, and a chain strays
// less than two hours even if each link takes the longest step. So a cohort
// stays well within its day and shares no time with another cohort.
const (
	second = 1_000
	minute = 60 * second
	day    = 24 * 60 * minute

	firstDay   = 1_704_110_400_000 // 2024-01-01 12:00 UTC, the start of the first cohort
	chainApart = 5 * minute
	minGap     = 3 * second // between two instants of a person
	maxGap     = 4 * second
)

// Accelerometer rows at one instant. The upper bound is far below the number of
// distinct positions, so the rows of an instant can all be distinct.
const (
	minRows = 1
	maxRows = 5
)

// none means no instant or no date.
const none = -1

// person is one customer's part of the plan. Instant j is at start + j*gap.
type person struct {
	start, gap   int64
	consent      int64 // none if the person refuses
	before, next int   // instants shared with the neighbours in the chain
}

func (p *person) at(instant int) int64 { return p.start + int64(instant)*p.gap }

// cohort is the unit of generation: people of all kinds on one day, with counts
// that add up exactly. Its memory is reused for the next cohort.
type cohort struct {
	shape
	index  int
	seed   uint64
	rng    *rand.Rand
	people []person
	order  []int   // order in which people are written
	rows   []uint8 // accelerometer rows of instant j of person p, at p*instants+j
	kinds  [kinds][]int32
	taken  map[int64]struct{} // instants of people who consent
	extras *extras            // nil in a clean lake
}

func newCohort(s shape) *cohort {
	n := s.customers()
	c := &cohort{
		shape:  s,
		people: make([]person, n),
		order:  make([]int, n),
		rows:   make([]uint8, n*s.instants),
		taken:  make(map[int64]struct{}, (s.prompt+s.late)*s.instants),
	}
	for i := range c.order {
		c.order[i] = i
	}
	return c
}

// plan draws the people of cohort index. It depends only on seed and index.
func (c *cohort) plan(seed uint64, index int) {
	c.seed, c.index = seed, index
	c.rng = rand.New(rand.NewPCG(seed, uint64(index)))
	clear(c.taken)
	for p := range c.people {
		c.people[p] = person{consent: none, before: none, next: none}
		switch {
		case p < c.prompt && c.linked(p):
			c.placeLinked(p)
		case p < c.prompt+c.late:
			c.placeApart(p)
		default:
			c.placeRefusing(p)
		}
	}
	for p := range c.prompt + c.late {
		c.consent(p)
	}
	c.countRows()
	if c.extras != nil {
		c.extras.plan(c)
	}
	for i := range c.order {
		c.order[i] = i
	}
	c.rng.Shuffle(len(c.order), func(i, j int) { c.order[i], c.order[j] = c.order[j], c.order[i] })
}

// placeLinked lets p share one instant with p-1, and no other instant with
// anyone who consents. A draw rarely fails, because few milliseconds are taken.
func (c *cohort) placeLinked(p int) {
	neighbour, it := &c.people[p-1], &c.people[p]
	for {
		neighbour.next = c.between(c.cut(p-1), c.instants)
		if neighbour.next == neighbour.before {
			continue
		}
		if c.sharesEarly(p) {
			it.before = c.rng.IntN(c.cut(p))
		} else {
			it.before = c.between(c.cut(p), c.instants)
		}
		it.gap = c.gap()
		it.start = neighbour.at(neighbour.next) - int64(it.before)*it.gap
		if c.take(it) {
			return
		}
	}
}

// placeApart places p at instants without a person who consents: the head of a
// chain in order, a late person at any time.
func (c *cohort) placeApart(p int) {
	it := &c.people[p]
	for {
		chain := p / c.chain
		if p >= c.prompt {
			chain = c.rng.IntN(c.prompt / c.chain)
		}
		it.gap = c.gap()
		it.start = c.begin(chain)
		if c.take(it) {
			return
		}
	}
}

// placeRefusing places some refusing people at the instant of a person who
// consents. No transform may count these.
func (c *cohort) placeRefusing(p int) {
	it := &c.people[p]
	it.gap = c.gap()
	it.start = c.begin(c.rng.IntN(c.prompt / c.chain))
	if p%4 == 0 {
		other := &c.people[c.rng.IntN(c.prompt)]
		it.start = other.at(c.rng.IntN(c.instants)) - int64(c.rng.IntN(c.instants))*it.gap
	}
}

// take reserves the instants of p. It reserves none of them if one is taken,
// except for the instant that is shared on purpose.
func (c *cohort) take(p *person) bool {
	for j := range c.instants {
		if _, taken := c.taken[p.at(j)]; taken && j != p.before {
			return false
		}
	}
	for j := range c.instants {
		c.taken[p.at(j)] = struct{}{}
	}
	return true
}

// consent sets the date: at or shortly before the first instant that counts
// under the strict variant, or after the last one. One in eight is exactly that
// millisecond, which detects a strict transform with < instead of <=.
func (c *cohort) consent(p int) {
	it := &c.people[p]
	switch {
	case p >= c.prompt:
		it.consent = it.at(c.instants-1) + 1 + c.rng.Int64N(20*minute)
	case c.rng.IntN(8) == 0:
		it.consent = it.at(c.cut(p))
	case c.cut(p) == 0:
		it.consent = it.start - c.rng.Int64N(20*minute)
	default:
		it.consent = it.at(c.cut(p)) - c.rng.Int64N(it.gap)
	}
}

// countRows distributes the accelerometer rows of each kind over its instants.
func (c *cohort) countRows() {
	for k := range c.kinds {
		c.kinds[k] = c.kinds[k][:0]
	}
	for p := range c.people {
		for j := range c.instants {
			k := c.kindOf(p, j)
			c.kinds[k] = append(c.kinds[k], int32(p*c.instants+j))
		}
	}
	for k, cells := range c.kinds {
		c.spread(cells, c.shape.rows[k])
	}
}

func (c *cohort) kindOf(p, instant int) kind {
	it := &c.people[p]
	shared := instant == it.before || instant == it.next
	switch {
	case p >= c.prompt+c.late:
		return refused
	case p >= c.prompt:
		return dropped
	case instant < c.cut(p) && shared:
		return droppedShared
	case instant < c.cut(p):
		return dropped
	case shared:
		return keptShared
	}
	return kept
}

// spread gives the cells about equal shares of total. Then it moves single rows
// between some of them, which does not change the sum.
func (c *cohort) spread(cells []int32, total int) {
	c.rng.Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
	share, more := total/len(cells), total%len(cells)
	for i, cell := range cells {
		c.rows[cell] = uint8(share)
		if i < more {
			c.rows[cell]++
		}
	}
	for range len(cells) / 50 {
		from, to := cells[c.rng.IntN(len(cells))], cells[c.rng.IntN(len(cells))]
		if c.rows[from] > minRows && c.rows[to] < maxRows {
			c.rows[from]--
			c.rows[to]++
		}
	}
}

func (c *cohort) gap() int64 { return minGap + c.rng.Int64N(maxGap-minGap) }

func (c *cohort) begin(chain int) int64 {
	return firstDay + int64(c.index)*day + int64(chain)*chainApart + c.rng.Int64N(chainApart)
}

func (c *cohort) between(from, to int) int { return from + c.rng.IntN(to-from) }
