package sample

import "math"

// tally computes the results of the transforms while a dirty lake is written.
// It uses the consent dates and the number of readings at each instant.
// Duplicates, and rows without a key or an owner, do not change the counts.
// Cohorts share neither people nor times, so the tally can count one after the
// other.
type tally struct {
	lenient, strict counts
	at              map[int64]readings
}

// counts are the row counts of the derived tables of a strict or non-strict
// variant.
type counts struct {
	customers, accelerometer, curated, steps int64
	joined, joinedOwn                        int64 // on time alone, and per customer
}

// readings are the trusted rows of one instant.
type readings struct{ accelerometer, steps int64 }

func newTally() *tally { return &tally{at: map[int64]readings{}} }

// add counts a cohort.
func (t *tally) add(c *cohort) {
	t.count(c, &t.lenient, false)
	t.count(c, &t.strict, true)
}

func (t *tally) count(c *cohort, n *counts, strict bool) {
	clear(t.at)
	for p := range c.people {
		if c.extras.of[p].kind == WithoutReadings {
			n.customers++
		}
		o := c.owner(p)
		n.customers += o.rows
		if o.rows > 0 {
			t.countReadings(c, n, p, o, strict)
		}
	}
	for _, r := range t.at {
		n.joined += r.accelerometer * r.steps
	}
}

// countReadings counts the readings of a person who consents.
func (t *tally) countReadings(c *cohort, n *counts, p int, o owner, strict bool) {
	it, first := &c.people[p], 0
	for strict && first < c.instants && it.at(first) < o.since {
		first++
	}
	var trusted int64
	for j := first; j < c.instants; j++ {
		trusted += int64(c.rows[p*c.instants+j])
	}
	if trusted == 0 {
		return
	}
	n.accelerometer += trusted
	n.curated += o.rows
	for j := range c.instants {
		own := readings{steps: o.steps(j)}
		if j >= first {
			own.accelerometer = int64(c.rows[p*c.instants+j])
		}
		n.steps += own.steps
		n.joinedOwn += own.accelerometer * own.steps
		all := t.at[it.at(j)]
		all.accelerometer += own.accelerometer
		all.steps += own.steps
		t.at[it.at(j)] = all
	}
}

// owner combines the customer rows of one e-mail.
type owner struct {
	rows        int64 // rows with consent
	since       int64 // the earliest consent
	own, second bool  // whether a row has the first serial number, the second
}

func (c *cohort) owner(p int) owner {
	o := owner{since: math.MaxInt64}
	agree := func(date int64) {
		o.rows++
		o.since = min(o.since, date)
	}
	if date := c.people[p].consent; date > 0 {
		agree(date)
		o.own = true
	}
	e := &c.extras.of[p]
	if e.consent > 0 && (e.kind == ConsentTwice || e.kind == SeveralSerials) {
		agree(e.consent)
		o.own = o.own || e.kind == ConsentTwice
		o.second = e.kind == SeveralSerials
	}
	return o
}

// steps returns the number of trusted step trainer rows at an instant.
func (o owner) steps(instant int) (n int64) {
	if o.own {
		n++
	}
	if o.second && instant%everyThird == 0 {
		n++
	}
	return n
}

// expected returns the counts of all variants.
func (t *tally) expected(landing []Table) map[string]map[string]int64 {
	profile := func(n counts, joined int64) map[string]int64 {
		rows := map[string]int64{
			"customer_trusted":         n.customers,
			"accelerometer_trusted":    n.accelerometer,
			"customer_curated":         n.curated,
			"step_trainer_trusted":     n.steps,
			"machine_learning_curated": joined,
		}
		for _, table := range landing {
			rows[table.Name] = table.Rows
		}
		return rows
	}
	return map[string]map[string]int64{
		Base:              profile(t.lenient, t.lenient.joined),
		Strict:            profile(t.strict, t.strict.joined),
		PerCustomer:       profile(t.lenient, t.lenient.joinedOwn),
		StrictPerCustomer: profile(t.strict, t.strict.joinedOwn),
	}
}
