package sample

import "math/rand/v2"

// Number ranges for people who are not customers, so that e-mails and serial
// numbers do not collide with those of customers.
const (
	secondNumber   = 1 << 30
	strangerNumber = 1 << 31
)

// agreement is the consent in a person's extra row.
type agreement int

const (
	refuses agreement = iota
	agreesLater
	agreesEarlier
	agrees // although the other row refuses
	says0
)

// extra is an additional row for a person in the customer table of a dirty
// lake. It has step trainer rows if it has its own serial number.
type extra struct {
	kind    Dirt // "" if the person has no extra row
	blank   int  // the key of a NullKey or EmptyKey
	consent int64
}

// second reports whether the row has another serial number than the person.
func (e *extra) second() bool { return e.kind == SeveralSerials || e.kind == WithoutReadings }

// extras are the extra rows of one cohort.
type extras struct {
	source    *rand.PCG
	rng       *rand.Rand
	of        []extra // by person
	agreeing  []int   // people who consent; those without an extra row last
	refusing  []int
	customers int
}

func newExtras(s shape) *extras {
	source := rand.NewPCG(0, 0)
	return &extras{
		source:    source,
		rng:       rand.New(source),
		of:        make([]extra, s.customers()),
		agreeing:  make([]int, 0, s.prompt+s.late),
		refusing:  make([]int, 0, s.refusing),
		customers: s.customers(),
	}
}

// count returns a share of the customers, at least enough for each variant.
func (x *extras) count(perMille, least int) int { return max(least, x.customers*perMille/1_000) }

// plan gives random people an extra row, the same number in every cohort.
func (x *extras) plan(c *cohort) {
	x.source.Seed(c.seed, extraStream+uint64(c.index))
	x.agreeing, x.refusing = x.agreeing[:0], x.refusing[:0]
	for p := range x.of {
		x.of[p] = extra{}
		if p < c.prompt+c.late {
			x.agreeing = append(x.agreeing, p)
		} else {
			x.refusing = append(x.refusing, p)
		}
	}
	for _, people := range [][]int{x.agreeing, x.refusing} {
		x.rng.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
	}
	agreeing, refusing := x.agreeing, x.refusing
	give := func(to *[]int, n int, kind Dirt, agreements ...agreement) {
		for i, p := range (*to)[:n] {
			x.of[p] = extra{kind: kind, blank: i, consent: x.date(c, p, agreements[i%len(agreements)])}
		}
		*to = (*to)[n:]
	}
	serials := x.count(20, 4)
	give(&agreeing, serials-serials/4, SeveralSerials, refuses, agreesLater, agreesEarlier)
	give(&refusing, serials/4, SeveralSerials, agrees)
	give(&agreeing, x.count(10, 2), ConsentTwice, agreesLater, agreesEarlier)
	give(&refusing, x.count(10, 1), ConsentZero, says0)
	give(&agreeing, x.count(10, 1), WithoutReadings, agreesLater)
	// If these rows counted as complete, people who refuse would be trusted.
	give(&refusing, x.count(5, 4), NullKey, agrees)
	give(&refusing, x.count(5, 2), EmptyKey, agrees)
}

// date returns the consent date of an extra row. A later date is after all
// readings, so a strict transform that uses it loses them. An earlier date adds
// readings, and may equal the time of a reading.
func (x *extras) date(c *cohort, p int, a agreement) int64 {
	it := &c.people[p]
	before := c.instants // those before the person's own consent
	if p < c.prompt {
		before = c.cut(p)
	}
	switch {
	case a == agreesLater:
		return max(it.consent, it.at(c.instants-1)) + 1 + x.rng.Int64N(20*minute)
	case a == agrees || a == agreesEarlier && before > 0:
		return it.at(x.rng.IntN(before))
	case a == agreesEarlier:
		return it.consent - 1 - x.rng.Int64N(20*minute)
	case a == says0:
		return 0
	default:
		return none
	}
}

// writeExtra writes the extra row of a person, if any.
func (c *cohort) writeExtra(w *writer, p int, id *identity) {
	e := &c.extras.of[p]
	if e.kind == "" {
		return
	}
	row := *id
	if e.second() {
		row.serial = id.second
	}
	if e.kind == WithoutReadings {
		row.email = append([]byte("No."), id.email...)
	}
	updated := e.consent
	if updated <= 0 {
		updated = c.people[p].start - c.extras.rng.Int64N(20*minute)
	}
	w.customer(&row, updated, updated, e.consent, c.extras.rng.Uint64())
	if e.kind == NullKey {
		w.blank(e.blank)
	}
	if e.kind == EmptyKey {
		w.set(w.columns.keys[e.blank%2], `""`)
	}
	w.endExtra(e.kind)
}

// everyThird instant has a row of a person's second step trainer.
const everyThird = 3

// writeSecondStep writes the row of the second step trainer, if any.
func (c *cohort) writeSecondStep(w *writer, p, instant int, time []byte, id *identity) {
	if e := &c.extras.of[p]; e.second() && instant%everyThird == 0 {
		w.step(time, id.second, c.extras.rng.Uint64())
		w.endExtra(e.kind)
	}
}
