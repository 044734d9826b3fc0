package sample

import "math/rand/v2"

// Numbers of people, apart from those of the customers, so that neither
// e-mails nor serial numbers meet.
const (
	secondNumber   = 1 << 30
	strangerNumber = 1 << 31
)

// What a person's extra row says about consent.
type agreement int

const (
	refuses agreement = iota
	agreesLater
	agreesEarlier
	agrees // though the other row refuses
	says0
)

// extra is one more row for a person in the customer table of a dirty lake,
// with step trainer rows if it has a serial number of its own.
type extra struct {
	kind    Dirt // "" if there is none
	blank   int  // which key a NullKey or EmptyKey is about
	consent int64
}

// second reports whether the row has another serial number than the person's.
func (e *extra) second() bool { return e.kind == SeveralSerials || e.kind == WithoutReadings }

// extras are those of one cohort.
type extras struct {
	source    *rand.PCG
	rng       *rand.Rand
	of        []extra // by person
	agreeing  []int   // people who consent, those without an extra last
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

// count is a share of the customers, but large enough for each of its variants.
func (x *extras) count(perMille, least int) int { return max(least, x.customers*perMille/1_000) }

// plan gives people that are drawn by lot an extra, the same number in every
// cohort.
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
	// Who refuses would be trusted if these were taken for complete.
	give(&refusing, x.count(5, 4), NullKey, agrees)
	give(&refusing, x.count(5, 2), EmptyKey, agrees)
}

// date is the consent date of an extra row. A later one is after all readings,
// so that the strict profile loses them if it counts; an earlier one brings
// readings in, and may be the very time of one.
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

// writeExtra writes the extra row of a person, if there is one.
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

// writeSecondStep writes the row of the second step trainer, if there is one.
func (c *cohort) writeSecondStep(w *writer, p, instant int, time []byte, id *identity) {
	if e := &c.extras.of[p]; e.second() && instant%everyThird == 0 {
		w.step(time, id.second, c.extras.rng.Uint64())
		w.endExtra(e.kind)
	}
}
