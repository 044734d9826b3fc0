package sample

import (
	"math/rand/v2"
	"strconv"
)

// Dirt is what is wrong with a row that a strict reader accepts: the
// transforms have to deal with it.
type Dirt string

// The kinds of dirt, as Manifest.Dirt names them.
const (
	Duplicate Dirt = "duplicate" // a row once more, near or far from the first
	NullKey   Dirt = "null_key"  // a key column is null, or its key is left out
	EmptyKey  Dirt = "empty_key" // a key column is the empty string
	Stranger  Dirt = "stranger"  // a reading of a person outside the customer table

	// Rows of the customer table, and of the step trainers that come with them.

	ConsentZero     Dirt = "consent_zero"     // a person who refuses once more, with consent 0
	ConsentTwice    Dirt = "consent_twice"    // a customer's row once more, with another consent date
	SeveralSerials  Dirt = "several_serials"  // a second serial number, with or without consent
	WithoutReadings Dirt = "without_readings" // a customer who consents and has no accelerometer rows
)

// common are the kinds that are made from any regular row.
var common = [...]Dirt{Duplicate, NullKey, EmptyKey, Stranger}

// commonPerMille says how many rows of each kind follow a thousand readings.
var commonPerMille = [len(common)]int{20, 5, 5, 10}

// dirt deals out the common kinds of one table: of each the same number in
// every cohort, after rows drawn by lot.
type dirt struct {
	table  string
	rng    *rand.Rand
	seed   uint64
	rows   int // regular ones of a cohort
	quota  [len(common)]int
	unseen int // regular rows to come in this cohort
	left   [len(common)]int
	turn   [len(common)]int
	saved  []byte // the row to be written at the next duplicate's turn
	added  map[Dirt]int64
}

// Streams of random numbers apart from those of the cohorts, so that a dirty
// lake has the rows of the clean one.
const (
	tableStream = 1 << 32
	extraStream = 1 << 33
)

func newDirt(s shape, table int, seed uint64) *dirt {
	d := &dirt{
		table: landing[table],
		rng:   rand.New(rand.NewPCG(seed, tableStream+uint64(table))),
		seed:  seed,
		rows:  int(s.expected(1)[Base][landing[table]+"_landing"]),
		added: map[Dirt]int64{},
	}
	for i, share := range commonPerMille {
		d.quota[i] = max(1, d.rows*share/1_000)
		if d.table == "customer" && common[i] != Duplicate {
			d.quota[i] = 0 // the cohort's extras have these
		}
	}
	return d
}

// draw decides what follows a regular row: nothing in most cases. Each row of
// a cohort has the same chance, and the quotas come out exactly.
func (d *dirt) draw() (kind int, ok bool) {
	if d.unseen == 0 {
		d.unseen, d.left = d.rows, d.quota
	}
	lot := d.rng.IntN(d.unseen)
	d.unseen--
	for i := range d.left {
		if lot < d.left[i] {
			d.left[i]--
			return i, true
		}
		lot -= d.left[i]
	}
	return 0, false
}

// follow lets dirt follow a regular row. A duplicate is that of the row which
// the one before it should have repeated, often in another file.
func (d *dirt) follow(w *writer, row []byte) {
	i, ok := d.draw()
	if !ok {
		return
	}
	turn := d.turn[i]
	d.turn[i]++
	switch key := w.columns.keys[0]; common[i] {
	case Duplicate:
		if turn == 0 {
			d.saved = append(d.saved, row...)
		}
		w.add(d.saved)
		d.saved = append(d.saved[:0], row...)
	case NullKey:
		w.add(row).blank(turn)
	case EmptyKey:
		w.add(row).set(key, `""`)
	default:
		w.add(row).set(key, d.stranger(turn))
	}
	w.endExtra(common[i])
}

// blank makes one of the key columns null, or leaves it out.
func (w *writer) blank(turn int) {
	key := w.columns.keys[turn/2%2]
	if turn%2 == 0 {
		w.set(key, "null")
	} else {
		w.unset(key)
	}
}

// stranger is an e-mail or a serial number, quoted, that no customer has.
func (d *dirt) stranger(turn int) string {
	if d.table == "accelerometer" {
		return `"Stranger` + strconv.Itoa(turn+1) + `@example.com"`
	}
	serial := appendUUID(nil, head(d.seed, strangerNumber+turn), d.rng.Uint64(), d.rng.Uint64())
	return `"` + string(serial) + `"`
}
